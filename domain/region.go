package domain

import "strings"

// Division codes (GB/T 2260, GB/T 10114, statistical codes) nest by prefix:
// 2 digits province, 4 city, 6 county, 9 town, 12 village. A grid or a circle is
// a code with a suffix the county chose: 440902001001-g03, 440902001-c01.
//
// The length decides the level, not trailing zeros: 441900 is a county-level
// division for its towns although it is written like a city.

var regionLengths = map[int]RegionLevel{2: Province, 4: City, 6: County, 9: Town, 12: Village}

// RegionLevelOf gives the level of a code.
func RegionLevelOf(id RegionID) (RegionLevel, bool) {
	code, suffix, cut := strings.Cut(string(id), "-")
	level, ok := regionLengths[len(code)]
	if !ok || !allDigits(code) {
		return "", false
	}
	if !cut {
		return level, true
	}
	if len(suffix) < 2 || !plainSuffix(suffix[1:]) {
		return "", false
	}
	switch suffix[0] {
	case 'g':
		return Grid, true
	case 'c':
		return Circle, true
	}
	return "", false
}

// plainSuffix allows digits and small letters only: nothing that sorts before the
// separator of a path may follow an id, or Subtree would take in a sibling.
func plainSuffix(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) && (s[i] < 'a' || s[i] > 'z') {
			return false
		}
	}
	return true
}

// RegionParent gives the code one level up, or false for a province and for
// what is no code.
func RegionParent(id RegionID) (RegionID, bool) {
	level, ok := RegionLevelOf(id)
	if !ok {
		return "", false
	}
	switch level {
	case Grid, Circle:
		code, _, _ := strings.Cut(string(id), "-")
		return RegionID(code), true
	case Village:
		return id[:9], true
	case Town:
		return id[:6], true
	case County:
		return id[:4], true
	case City:
		return id[:2], true
	}
	return "", false
}

// RegionPath gives the path from the province down, ids joined by "/":
// 44/4409/440902/440902001. It is "" for what is no code.
func RegionPath(id RegionID) string {
	if _, ok := RegionLevelOf(id); !ok {
		return ""
	}
	path := string(id)
	for {
		up, ok := RegionParent(id)
		if !ok {
			return path
		}
		path, id = string(up)+"/"+path, up
	}
}

// CountyOf gives the county of a code at or below county level.
func CountyOf(id RegionID) (CountyCode, bool) {
	if _, ok := RegionLevelOf(id); !ok || len(id) < 6 {
		return "", false
	}
	return CountyCode(id[:6]), true
}

// Subtree gives the bounds of all paths at or under one: lo <= path < hi, in
// byte order (PostgreSQL needs COLLATE "C" on the column). '0' is the character
// after the separator '/'.
func Subtree(path string) (lo, hi string) { return path, path + "0" }

// InSubtree reports whether path is under, or is, the subtree's top.
func InSubtree(path, top string) bool {
	return strings.HasPrefix(path, top) && (len(path) == len(top) || path[len(top)] == '/')
}

// PathAt gives the code at a level of a path, or "".
func PathAt(path string, level RegionLevel) RegionID {
	for id := range strings.SplitSeq(path, "/") {
		if l, ok := RegionLevelOf(RegionID(id)); ok && l == level {
			return RegionID(id)
		}
	}
	return ""
}

// TrimRegionCode brings the twelve-digit form of published lists, padded with
// zeros, to the length of its level: 440900000000 → 4409.
func TrimRegionCode(s string) (RegionID, bool) {
	if !allDigits(s) {
		return "", false
	}
	for _, n := range []int{9, 6, 4, 2} {
		if len(s) > n && strings.Trim(s[n:], "0") == "" {
			s = s[:n]
		}
	}
	_, ok := RegionLevelOf(RegionID(s))
	return RegionID(s), ok && s[0] != '0'
}
