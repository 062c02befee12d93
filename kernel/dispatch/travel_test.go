package dispatch

import "testing"

func TestNearby(t *testing.T) {
	t.Parallel()
	needs := []Need{
		{Skill: "电工", Path: "44/4409/440902", Lat: 21.66, Lng: 110.92},
		{Path: "44/4409/4409021", Lat: 21.66, Lng: 110.92},
		{Path: "44/4409/440902"},
	}
	providers := []Provider{
		{Skills: []string{"电工"}, Area: "44/4409/440902", Lat: 21.66, Lng: 110.925}, // 517 m east
		{Skills: []string{"木工"}, Lat: 21.66, Lng: 110.92},
		{Skills: []string{"电工"}, Lat: 21.70, Lng: 110.92}, // 4.4 km north
	}
	within := Nearby(needs, providers, 15)
	for _, c := range []struct {
		need, provider int
		minutes        int64
		ok             bool
	}{
		{0, 0, 9, true}, // 517 m × 1.3 at 80 m a minute, rounded up
		{0, 1, 0, false}, {0, 2, 0, false},
		{1, 0, 0, false}, // another region whose code begins alike
		{1, 1, 0, true}, {2, 0, unknownMinutes, false},
	} {
		if got, ok := within(c.need, c.provider); ok != c.ok || ok && got != c.minutes {
			t.Errorf("need %d, provider %d: %d %v, want %d %v", c.need, c.provider, got, ok, c.minutes, c.ok)
		}
	}
	anywhere := Nearby(needs, providers, 0)
	if got, ok := anywhere(0, 2); !ok || got != 73 {
		t.Errorf("without a limit: %d %v", got, ok)
	}
	if got, ok := anywhere(2, 1); !ok || got != unknownMinutes {
		t.Errorf("unknown place without a limit: %d %v", got, ok)
	}
}

func TestAssign_ReplanningDisturbsFew(t *testing.T) {
	t.Parallel()
	needs, providers := batch(400, 200)
	first, err := Assign(needs, providers, Nearby(needs, providers, 15), Options{Fairness: 3})
	if err != nil || first.Cost != first.LowerBound {
		t.Fatal(first.Cost, first.LowerBound, err)
	}
	told := make([]int, len(needs))
	for i := range told {
		told[i] = nobody
	}
	for _, p := range first.Pairs {
		told[p.Need] = p.Provider
	}
	for j := range 10 { // one provider in twenty falls ill
		providers[j*20].Capacity = 0
	}
	forced := 0
	for _, j := range told {
		if j >= 0 && j%20 == 0 {
			forced++
		}
	}
	again, err := Assign(needs, providers, Nearby(needs, providers, 15), Options{Fairness: 3, Told: told, Stay: 20})
	if err != nil || again.Cost != again.LowerBound {
		t.Fatal(again.Cost, again.LowerBound, err)
	}
	if extra := len(again.Moved(told)) - forced; extra > len(first.Pairs)/20 {
		t.Fatalf("%d moved beside the %d of the sick, of %d", extra, forced, len(first.Pairs))
	}
}
