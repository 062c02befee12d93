package dispatch

import (
	"math"
	"slices"
	"strings"

	"linqiao/kernel/rule"
)

// Nearby is the usual cost of a batch: the minutes on foot from provider to need,
// as conditions reckon them (rule.Minutes). A pair is allowed when the provider
// has the skill, serves the region and is within most minutes (0 for any
// distance). Zero coordinates mean that the place is unknown: such a pair is
// allowed only when distance does not matter, at the cost of an hour.
func Nearby(needs []Need, providers []Provider, most int64) func(i, j int) (int64, bool) {
	skills := make([]map[string]bool, len(providers))
	for j, p := range providers {
		skills[j] = make(map[string]bool, len(p.Skills))
		for _, s := range p.Skills {
			skills[j][s] = true
		}
	}
	// Degrees of latitude beyond which a walk takes longer than most.
	reach := float64(most) * rule.WalkingSpeed / rule.DetourFactor / (rule.EarthRadius * math.Pi / 180) * 1.001
	return func(i, j int) (int64, bool) {
		n, p := &needs[i], &providers[j]
		switch {
		case n.Skill != "" && !skills[j][n.Skill], !covers(p.Area, n.Path):
			return 0, false
		case n.Lat == 0 && n.Lng == 0, p.Lat == 0 && p.Lng == 0:
			return unknownMinutes, most == 0
		case most > 0 && math.Abs(n.Lat-p.Lat) > reach:
			return 0, false
		}
		minutes := rule.Minutes(rule.Metres(n.Lat, n.Lng, p.Lat, p.Lng))
		return minutes, most == 0 || minutes <= most
	}
}

const unknownMinutes = 60

// covers: area is the path or one above it, by whole segments.
func covers(area, path string) bool {
	rest, ok := strings.CutPrefix(path, strings.TrimSuffix(area, "/"))
	return ok && (area == "" || rest == "" || rest[0] == '/')
}

// Moved lists the needs that a plan gives to another provider than promised.
func (p Plan) Moved(told []int) []int {
	now := slices.Repeat([]int{nobody}, len(told))
	for _, x := range p.Pairs {
		now[x.Need] = x.Provider
	}
	var moved []int
	for i, j := range told {
		if j >= 0 && now[i] != j {
			moved = append(moved, i)
		}
	}
	return moved
}
