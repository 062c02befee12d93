package record

import "testing"

// TestNames: what is no name passes; numbers of a person, one's own name and a
// surname with a title do not.
func TestNames(t *testing.T) {
	u := &Unit{w: &county{}}
	for text, want := range map[string]bool{
		"食堂早班开门太晚，夜班吃不上热饭":   false,
		"高温天车间没有风扇，金属味重":     false,
		"请在厂门口的马路装信号灯":       false,
		"加班费 13800 元没有发":     false,
		"找食堂的同志说过两回":         false,
		"王主任说过要改":            true,
		"欧阳科长和李科长都知道":        true,
		"我叫李小明，想提个建议":        true,
		"本人赵强，三车间":           true,
		"电话 138 0000 1234":   true,
		"11010519491231002X": true,
	} {
		got, err := u.names(nil, text)
		if err != nil || got != want {
			t.Errorf("%s: %v, %v", text, got, err)
		}
	}
	if list := nameLike("找张三丰说"); len(list) != 3 || list[0] != "张三" || list[1] != "张三丰" {
		t.Errorf("%v", list)
	}
}

// TestFreezeRoster: the copy that a move takes does not change with the roster,
// and what reads the roster from the record reads the copy.
func TestFreezeRoster(t *testing.T) {
	w, desk, id := drawCounty(t, 12)
	w.must(desk, id, "lock", Act{})
	w.rosters["people"] = append(w.rosters["people"], "late")
	u := Begin(w)
	row, err := u.Load(id)
	if err != nil {
		t.Fatal(err)
	}
	list, err := u.rosterFor(row, row.P, "people")
	if err != nil || len(list) == 0 || len(list) != len(w.rosters["people"])-1 {
		t.Errorf("%d of %d, %v", len(list), len(w.rosters["people"]), err)
	}
	if on, err := u.rosterHasFor(row, row.P, "people", "late"); on || err != nil {
		t.Errorf("who came later is on the copy: %v", err)
	}
	frozen, err := u.FrozenRosters(row)
	if err != nil || len(frozen) != 1 || frozen[0].Hash == "" || frozen[0].Size != int64(len(list)) || frozen[0].Except["away"] != 2 {
		t.Errorf("%+v, %v", frozen, err)
	}
	// A page reads how many are on it, not who.
	if run, err := w.Round(KindRoster, id, "people"); err != nil || run.Data["members"] != nil {
		t.Errorf("the copy that a page reads holds its list: %v, %v", run, err)
	}
}
