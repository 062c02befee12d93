package app

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// PanelView is a panel's present round on a record. Of a blind one that is still open
// it says how many sheets are in, and nothing made of them.
type PanelView struct {
	Key      string          `json:"key"`
	Label    string          `json:"label"`
	Form     string          `json:"form"`
	Round    int             `json:"round"`
	Blind    bool            `json:"blind"`
	Sheets   int             `json:"sheets"`
	Seats    int             `json:"seats,omitempty"` // 0 = as many as come
	Quorum   int             `json:"quorum"`
	Done     bool            `json:"done"`
	Closed   bool            `json:"closed"`
	Due      *time.Time      `json:"due,omitempty"`
	Combine  string          `json:"combine,omitempty"` // mean, median, sum
	Counted  int             `json:"counted,omitempty"` // sheets that make the result
	Dropped  int             `json:"dropped,omitempty"` // extremes left out
	Score    string          `json:"score,omitempty"`   // with two digits
	Criteria []PanelQuestion `json:"criteria,omitempty"`
	Mine     bool            `json:"mine"`          // the reader has handed a sheet in
	Can      bool            `json:"can"`           // he may fill one now
	Why      string          `json:"why,omitempty"` // why he may not, though he belongs to the panel
}

// PanelQuestion is the result for one question of the form.
type PanelQuestion struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	Score string `json:"score"`
	Most  string `json:"most,omitempty"`
}

func (w *work) viewPanels(r *record.Row, s sight, v *RecordView) error {
	v.Panels = []PanelView{}
	if !s.full {
		return nil
	}
	for _, p := range r.P.Panels.All() {
		if p.Of != r.Key {
			continue
		}
		st, err := w.unit.Panel(r, p)
		if err != nil {
			return err
		}
		if st == nil {
			continue
		}
		f := r.P.Forms.Get(p.Form)
		if f == nil {
			continue
		}
		one := w.panelView(r, f, st)
		// The result is of the class of the sheets that it is made of.
		if !st.Hidden() && f.Class <= s.class {
			w.panelResult(r, f, st, &one)
		}
		v.Panels = append(v.Panels, one)
	}
	return nil
}

func (w *work) panelView(r *record.Row, f *program.Form, st *record.PanelState) PanelView {
	p := st.Panel
	one := PanelView{Key: p.Key, Label: w.words(r.P).Named("panels", p.Key, p.Label), Form: p.Form, Round: st.Run.Round, Blind: p.Blind,
		Sheets: len(st.Sheets), Seats: st.Count, Quorum: st.Quorum, Done: st.Done, Closed: st.Closed}
	if !st.Run.DueAt.IsZero() {
		one.Due = &st.Run.DueAt
	}
	for _, x := range st.Sheets {
		one.Mine = one.Mine || x.ByAccount == w.who.Account && x.ByAccount != ""
	}
	if w.unit.OnForm(r, f) {
		err := w.unit.FillRefused(r, f)
		one.Can = err == nil
		var e *domain.Error
		if errors.As(err, &e) {
			one.Why = e.Args["say"] // of an exclusion
		}
	}
	return one
}

// panelResult writes what the sheets came to.
func (w *work) panelResult(r *record.Row, f *program.Form, st *record.PanelState, one *PanelView) {
	one.Combine, one.Counted, one.Dropped = orText2(st.Panel.Combine, "mean"), len(st.Counted), len(st.Sheets)-len(st.Counted)
	if n, ok := st.Score(); ok {
		one.Score = hundredthsText(n)
	}
	for k, q := range f.Fields.All() {
		if f.Score == nil || !slices.Contains(f.Score.Sum, k) && f.Score.Weights[k] == 0 {
			continue
		}
		if n, ok := st.Criterion(k); ok {
			x := PanelQuestion{Key: k, Label: w.words(r.P).Field(q), Score: hundredthsText(n)}
			if q.Range != nil && q.Range[1] != nil {
				x.Most = fmt.Sprint(q.Range[1])
			}
			one.Criteria = append(one.Criteria, x)
		}
	}
}

// hundredthsText writes a number of hundredths as people read it.
func hundredthsText(n int64) string {
	s := strconv.FormatInt(n/100, 10)
	if n%100 == 0 {
		return s
	}
	return s + "." + string([]byte{byte('0' + n%100/10), byte('0' + n%10)})
}
