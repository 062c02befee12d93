package app

import (
	"fmt"
	"slices"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// Publications of a draw or a ranking, and of a ballot.

// noticeChoice shows those chosen by the columns of the notice; without columns
// it shows the proof: how the pool was frozen, hashed and drawn from.
func (w *work) noticeChoice(nt *program.Notice, key string, id domain.RecordID, t *PublicTable) error {
	r, err := w.unit.Load(id)
	if err != nil {
		return err
	}
	list, err := w.unit.Choices(r)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(c record.ChoiceState) bool { return c.Choice.Key == key })
	if i < 0 {
		return domain.E(domain.KindRefused, "notice_not_yet", "label", nt.Label)
	}
	c := &list[i]
	t.Draw = proofOf(c)
	if len(nt.Cols) == 0 {
		w.drawFacts(c, t)
		return nil
	}
	for _, m := range c.Members {
		if err := w.addChosen(nt, r, m, t); err != nil {
			return err
		}
	}
	return nil
}

// addChosen writes one of those chosen; a party's file is read as `member`.
func (w *work) addChosen(nt *program.Notice, r *record.Row, m record.ChosenOne, t *PublicTable) error {
	if !m.Party {
		row, err := w.unit.Load(domain.RecordID(m.ID))
		if err != nil {
			return err
		}
		return w.addNoticeRow(nt, row, t)
	}
	vars, err := w.unit.PartyVars(r.P, domain.PartyID(m.ID))
	if err != nil {
		return err
	}
	return addCells(nt, t, func(c *program.Col) (any, string, error) {
		x, ok, err := w.unit.Eval(c.Expr, vars)
		if err != nil || !ok {
			return nil, "", err
		}
		return record.Stored(x), w.colLabel(*c, vars, x), nil
	})
}

func (w *work) drawFacts(c *record.ChoiceState, t *PublicTable) {
	add := twoColumns(t, "项目", "内容")
	add("候选人数", fmt.Sprint(c.Size))
	add("按条件排除", fmt.Sprint(c.Excluded))
	add("名单摘要", c.PoolHash)
	add("种子承诺", c.Commit)
	if c.State != record.Drawn || c.Secret == "" {
		add("状态", "名单已冻结，尚未抽取")
		return
	}
	add("公开数字", orDash(c.Public))
	add("种子", c.Secret)
	add("方法", c.Method())
	add("名额", fmt.Sprint(c.Take))
}

// optionLabel names an option to everybody: a row by its number, never by whom it
// is about.
func (w *work) optionLabel(b *program.Ballot, key string, n int) (string, error) {
	if o := b.Options.Get(key); o != nil {
		return o.Label, nil
	}
	r, err := w.unit.Load(domain.RecordID(key))
	if err != nil {
		return "", err
	}
	return orText2(r.RefNo, fmt.Sprintf("%d 号", n+1)), nil
}

// twoColumns makes a table of facts.
func twoColumns(t *PublicTable, name, value string) (add func(k, v string)) {
	t.Columns = []LedgerColumn{{Key: "_name", Label: name}, {Key: "_value", Label: value}}
	return func(k, v string) {
		t.Rows = append(t.Rows, LedgerRow{Cells: map[string]any{"_name": k, "_value": v}, Labels: map[string]string{}})
	}
}

// noticeBallot shows the tally of a closed ballot, with the lines whose hash
// stands in the record.
func (w *work) noticeBallot(key string, id domain.RecordID, t *PublicTable) error {
	r, err := w.unit.Load(id)
	if err != nil {
		return err
	}
	list, err := w.unit.Ballots(r)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(b record.BallotState) bool { return b.Ballot.Key == key })
	if i < 0 || list[i].State != record.BallotClosed {
		return domain.E(domain.KindRefused, "notice_not_yet", "label", t.Label)
	}
	b := &list[i]
	add := twoColumns(t, "选项", "票数")
	for n, k := range b.Options {
		label, err := w.optionLabel(b.Ballot, k, n)
		if err != nil {
			return err
		}
		add(label, fmt.Sprint(b.Votes[k]))
	}
	add("投票人数", fmt.Sprint(b.Voted))
	add("名册人数", fmt.Sprint(b.Roll))
	add("计票摘要", b.Hash)
	return nil
}
