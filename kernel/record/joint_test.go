package record

import (
	"slices"
	"strings"
	"testing"

	"linqiao/domain"
)

// jointProgram is the access program whose order concludes, and whose case ends jointly.
var jointProgram = strings.NewReplacer(
	"shows: {before: [ask.kind], after: [subject.name, ask.phone]}", "concludes: found\n    fields: {found: {label: 结论, type: text, class: personal}}\n    shows: {before: [ask.kind], after: [subject.name], packet: {ask: personal}, never: [ask.health]}",
	"finish:  {label: 完, from: taken, to: done, by: crew}", "finish:  {label: 完, from: taken, to: done, by: crew, need: [found]}",
	"finish: {label: 完, from: new, to: done, by: crew}", "finish: {label: 完, from: new, to: done, by: desk, joint: [job]}",
).Replace(accessProgram)

func TestJointConclusion(t *testing.T) {
	m := accessCountyOf(t, jointProgram)
	desk, one, two := m.actors["desk"], m.actors["crew"], m.actors["crew2"]
	m.must(desk, m.ask, "send", Act{})
	jobs := m.only(m.ask, "job")
	if len(jobs) != 2 {
		t.Fatalf("%d orders", len(jobs))
	}
	mine := func(a *Actor) domain.RecordID {
		i := slices.IndexFunc(jobs, func(o *domain.Record) bool { return o.Provider == a.Memberships[0].Org })
		return jobs[i].ID
	}
	wantErr(t, m.move(desk, m.ask, "finish", Act{}), "joint_open", "")
	m.must(one, mine(one), "take", Act{})
	if err := m.move(one, mine(one), "finish", Act{}); domain.CodeOf(err) != "fields_invalid" {
		t.Errorf("an order without a conclusion: %v", err)
	}
	m.must(one, mine(one), "finish", Act{Fields: map[string]any{"found": "已安顿"}})
	wantErr(t, m.move(desk, m.ask, "finish", Act{}), "joint_open", "") // the other has not answered
	m.must(two, mine(two), "decline", Act{})                           // came to nothing: nobody waits for it
	m.look(desk, m.ask, func(u *Unit, r *Row) {
		list, err := u.Conclusions(r, nil)
		if err != nil || len(list) != 2 {
			t.Fatalf("%d conclusions, %v", len(list), err)
		}
		for _, c := range list {
			want := domain.AccountID("")
			if c.Order.ID == mine(one) {
				want = one.Account
			}
			if c.By != want {
				t.Errorf("%s concluded by %q, want %q", c.Order.Provider, c.By, want)
			}
		}
	})
	m.must(desk, m.ask, "finish", Act{})
}

// What a packet opens follows from the class of each field; `never` wins.
func TestPacket(t *testing.T) {
	m := accessCountyOf(t, jointProgram)
	m.look(m.actors["desk"], m.ask, func(u *Unit, r *Row) {
		job := r.P.Records.Get("job")
		if got := job.Shows.After; !slices.Equal(got, []string{"subject.name", "ask.phone"}) {
			t.Errorf("the packet holds %v", got)
		}
		if got := Sends(r.P, r.T.Moves.Get("send")); !slices.Equal(got, []string{"job"}) {
			t.Errorf("the move sends %v", got)
		}
		if f, v := u.ShownValue(u.Packet(r, job), "ask.phone"); f == nil || v != "13800000000" {
			t.Errorf("beforehand %v %v", f, v)
		}
	})
}
