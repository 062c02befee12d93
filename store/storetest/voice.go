package storetest

import (
	"fmt"
	"testing"

	"linqiao/domain"
	"linqiao/store"
)

// voiceTray: tickets are printed by the sheet and torn off one by one, each once
// and no more than a holder's share; what waits is sealed, and goes once it is out.
func voiceTray(t *testing.T, e Engine) {
	db := Seeded(t, e)
	like := store.Voice{Parent: "talk", Program: "p", Move: "opinion.drop"}
	seen := map[string]bool{}
	for i := range 70 { // more than a sheet
		Write(t, db, func(tx *store.Tx) error {
			code, left, err := tx.TakeTicket(like, fmt.Sprint("holder ", i/2), 2)
			if seen[code] || len(code) != 16 || left != 1-i%2 {
				t.Errorf("ticket %d: %q, %d left", i, code, left)
			}
			seen[code] = true
			return err
		})
	}
	WantCode(t, TryWrite(db, func(tx *store.Tx) error { _, _, err := tx.TakeTicket(like, "holder 0", 2); return err }), "no_ticket_left")
	n := 0
	for code := range seen {
		Write(t, db, func(tx *store.Tx) error {
			v, err := tx.HoldVoice(code)
			if err != nil {
				return err
			}
			v.State, v.Day, v.Said = store.VoiceIn, domain.Date(20000+n%2), map[string]any{"text": "一句话"}
			return tx.SaveVoice(v)
		})
		if n++; n == 3 {
			break
		}
	}
	Write(t, db, func(tx *store.Tx) error {
		trays, err := tx.Trays()
		if len(trays) != 1 || trays[0].N != 3 || trays[0].Since != 20000 || trays[0].Parent != "talk" {
			t.Errorf("trays %+v", trays)
		}
		list, err2 := tx.TakeTray("talk", 10)
		for i := range list {
			if list[i].Said["text"] != "一句话" || i > 0 && list[i].Code < list[i-1].Code {
				t.Errorf("%+v", list[i])
			}
			list[i].State, list[i].Record, list[i].Said = store.VoiceOut, "r", nil
			if err := tx.SaveVoice(&list[i]); err != nil {
				return err
			}
		}
		left, err3 := tx.TrayOf("talk")
		if left != 0 || len(list) != 3 {
			t.Errorf("%d taken, %d left", len(list), left)
		}
		_, err4 := tx.Voice("NONE")
		WantCode(t, err4, "not_found")
		named, err5 := tx.StaffNamed([]string{"张三", "李四"})
		if named {
			t.Error("nobody of that name has a post")
		}
		a, err6 := tx.VoiceCodeOf("request-1")
		b, err7 := tx.VoiceCodeOf("request-1")
		c, err8 := tx.VoiceCodeOf("request-2")
		if a != b || a == c || len(a) != 16 {
			t.Errorf("codes %s %s %s", a, b, c)
		}
		return firstError(err, err2, err3, err5, err6, err7, err8)
	})
}
