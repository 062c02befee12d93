package divisions

import (
	"bytes"
	"encoding/json"
	"testing"

	"linqiao/domain"
)

// TestOutline: every town has an outline, a known place lies in its own town, and
// the same input gives the same bytes.
func TestOutline(t *testing.T) {
	c, _ := Find("440902")
	regions := c.Regions()
	village := domain.Region{ID: "440902100901", Parent: "440902100", Level: domain.Village, Name: "示范村"}
	circle := domain.Region{ID: "440902100901-c01", Parent: village.ID, Level: domain.Circle, Name: "服务圈"}
	regions = append(regions, village, circle)
	places := map[domain.RegionID]LngLat{"440902100": {110.914, 21.667}, "440902101": {110.931, 21.651}, village.ID: {110.915, 21.665}, circle.ID: {110.915, 21.665}}
	raw, err := Outline(regions, places)
	if err != nil {
		t.Fatal(err)
	}
	again, err := Outline(regions, places)
	if err != nil || !bytes.Equal(raw, again) {
		t.Error("the same input gave another file")
	}
	var f outlineFile
	if err := json.Unmarshal(raw, &f); err != nil {
		t.Fatal(err)
	}
	if !f.Synthetic || len(f.Features) != len(c.Towns)+2 {
		t.Fatalf("synthetic %v, %d features for %d towns", f.Synthetic, len(f.Features), len(c.Towns))
	}
	for _, feat := range f.Features {
		id := domain.RegionID(feat.Properties["code"])
		ring := feat.Geometry.Coordinates[0]
		if len(ring) < 8 || ring[0] != ring[len(ring)-1] {
			t.Errorf("%s: %d points, closed %v", id, len(ring), ring[0] == ring[len(ring)-1])
		}
		if at, ok := places[id]; ok && !inside(ring, at) {
			t.Errorf("%s does not hold its own place", id)
		}
		for other, at := range places {
			if level, _ := domain.RegionLevelOf(other); level == domain.Town && len(id) == 9 && other != id && inside(ring, at) {
				t.Errorf("%s holds the place of %s", id, other)
			}
		}
	}
}

func inside(ring []LngLat, p LngLat) (in bool) {
	for i := range len(ring) - 1 {
		a, b := ring[i], ring[i+1]
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < (b[0]-a[0])*(p[1]-a[1])/(b[1]-a[1])+a[0] {
			in = !in
		}
	}
	return in
}

// TestOutlineClear: wherever the places lie, no area's line meets itself.
func TestOutlineClear(t *testing.T) {
	c, _ := Find("440902")
	regions := c.Regions()
	for i := range 60 {
		at := LngLat{110.900 + float64(i%10)*0.0037, 21.650 + float64(i/10)*0.0041}
		raw, err := Outline(regions, map[domain.RegionID]LngLat{"440902100": at, "440902101": {110.931, 21.651}})
		if err != nil {
			t.Fatal(err)
		}
		var f outlineFile
		if err := json.Unmarshal(raw, &f); err != nil {
			t.Fatal(err)
		}
		if f.crossed() {
			t.Errorf("place %v: an outline meets itself", at)
		}
	}
}
