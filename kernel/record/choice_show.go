package record

import (
	"strings"

	"linqiao/domain"
	"linqiao/kernel/draw"
	"linqiao/kernel/program"
)

// ChoiceState is what a record's choice has come to, for those who may see it.
type ChoiceState struct {
	Choice   *program.Choice
	Round    int
	State    string
	Size     int
	Excluded int
	Commit   string
	PoolHash string
	Pool     string // the lines that were hashed: code, weight, group
	Secret   string // after the draw
	Public   string
	Take     int
	Order    []string // codes in the order drawn
	Members  []ChosenOne
}

// ChosenOne is one of those chosen: the code, and whom it means.
type ChosenOne struct {
	Code  string
	ID    string
	Party bool // a party's id; a record's otherwise
}

// Choices lists the choices of a row that have begun. With `reveal` the result
// is withheld until the row has reached that stage.
func (u *Unit) Choices(r *Row) ([]ChoiceState, error) {
	var out []ChoiceState
	for _, c := range r.P.Choices.All() {
		if c.Of != r.Key {
			continue
		}
		run, err := u.w.Round(KindChoice, r.ID, c.Key)
		if err != nil {
			return nil, err
		}
		if run == nil {
			continue
		}
		s, err := choiceState(r, c, run)
		if err != nil {
			return nil, err
		}
		out = append(out, *s)
	}
	return out, nil
}

func choiceState(r *Row, c *program.Choice, run *domain.PanelRun) (*ChoiceState, error) {
	pool, err := unpackPool(run)
	if err != nil {
		return nil, err
	}
	var lines strings.Builder
	for _, e := range pool.Entries {
		lines.WriteString(e.Code + "\t" + text(e.Weight) + "\t" + e.Group + "\n")
	}
	s := &ChoiceState{Choice: c, Round: run.Round, State: run.State, Size: len(pool.Entries), Excluded: pool.Excluded,
		Commit: text(run.Data["commit"]), PoolHash: pool.Hash, Pool: lines.String()}
	if run.State != Drawn || c.Reveal != "" && r.Hist["e:"+c.Reveal].IsZero() {
		return s, nil
	}
	s.Secret, s.Public, s.Take, s.Order = text(run.Data["secret"]), text(run.Data["public"]), int(whole(run.Data["take"])), texts(run.Data["order"])
	codes := map[string]string{}
	for code, id := range pool.IDs {
		codes[id] = code
	}
	for _, id := range members(run) {
		s.Members = append(s.Members, ChosenOne{codes[id], id, strings.HasPrefix(rootFrom(r.P, c), "roster.")})
	}
	return s, nil
}

// rootFrom is where a choice's candidates come from in the end.
func rootFrom(p *program.Program, c *program.Choice) string {
	for {
		key, ok := strings.CutPrefix(c.From, "choice.")
		if !ok {
			return c.From
		}
		c = p.Choices.Get(key)
	}
}

// Method names the way of drawing, for the proof.
func (s *ChoiceState) Method() string {
	if s.Choice.By == "random" {
		return draw.Method
	}
	return "rank"
}
