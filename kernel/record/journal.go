package record

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/rule"
)

// The journal: amounts between the accounts of a program, booked in the transaction
// of the move that causes them. What is booked is never changed, only reversed.

// actEnter books an amount from one account to another.
func (u *Unit) actEnter(r *Row, a *program.Action, v *vars) error {
	amount, err := u.value(a.Amount, v)
	if err != nil {
		if m := missing(err); m != "" {
			return domain.Refuse("缺" + u.labelOf(r, m))
		}
		return err
	}
	n, _ := integer(amount)
	if n <= 0 {
		return domain.E(domain.KindRefused, "amount_not_positive")
	}
	dims := map[string]string{}
	for _, w := range a.At {
		val, err := u.value(w.Expr, v)
		if err != nil {
			if m := missing(err); m != "" {
				return domain.Refuse("缺" + u.labelOf(r, m))
			}
			return err
		}
		dims[w.Target] = idOf(val)
	}
	post := Posting{Program: r.P, From: r.P.Accounts.Get(a.From), To: r.P.Accounts.Get(a.To), Amount: n, Record: r.ID}
	post.FromDims, post.ToDims = DimText(post.From, dims), DimText(post.To, dims)
	if r.last != nil {
		post.Event = r.last.ID
	}
	if err := u.w.Enter(post); err != nil {
		return err
	}
	if err := u.booked(r.P, dims); err != nil {
		return err
	}
	if err := u.countEntry(r, post.From, -n, dims); err != nil {
		return err
	}
	return u.countEntry(r, post.To, n, dims)
}

// Reversed is one side of a posting that was undone: what its account gained by it.
type Reversed struct {
	Account *program.Account
	Dims    map[string]string
	Amount  int64
}

// reverser is the part of a World that reverses a record's journal entries.
type reverser interface {
	Reverse(rec domain.RecordID, event domain.EventID) ([]Reversed, error)
}

// actReverse undoes every entry of the row by an opposite one, booked now: a period
// that is closed stays as it is. Figures of the accounts go back with them.
func (u *Unit) actReverse(r *Row) error {
	var event domain.EventID
	if r.last != nil {
		event = r.last.ID
	}
	list, err := u.w.(reverser).Reverse(r.ID, event)
	if err != nil {
		return err
	}
	for _, x := range list {
		if err := u.booked(r.P, x.Dims); err != nil {
			return err
		}
		if err := u.countEntry(r, x.Account, x.Amount, x.Dims); err != nil {
			return err
		}
	}
	return nil
}

// booked touches the records that an entry's dimensions name and that calculate from
// their balances: fields and when-moves read them anew.
func (u *Unit) booked(p *program.Program, dims map[string]string) error {
	for k, id := range dims {
		rt := p.Records.Get(k)
		if rt == nil || !readsAccounts(rt) {
			continue
		}
		row, err := u.Load(domain.RecordID(id))
		if err != nil {
			return err
		}
		u.touch(row)
	}
	return nil
}

func readsAccounts(t *program.RecordType) bool {
	return slices.ContainsFunc(t.Calcs, func(f *program.Field) bool {
		return slices.ContainsFunc(f.Calc.Reads(), func(p string) bool { return p == "account" || strings.HasPrefix(p, "account.") })
	})
}

// countEntry counts one side of a posting: sums read its amount, and so do stocks,
// which are nothing but the sum of all that was ever booked.
func (u *Unit) countEntry(r *Row, acc *program.Account, amount int64, dims map[string]string) error {
	list := feedsOf(r.P).flow["account."+acc.Key]
	if len(list) == 0 {
		return nil
	}
	extra := map[string]any{"amount": amount, "day": u.Today()}
	for _, k := range acc.By {
		v, err := u.DimValue(r.P, k, dims[k])
		if err != nil {
			return err
		}
		extra[k] = v
	}
	for _, f := range list {
		counts, err := u.count(r, f, r.varsWith(extra), u.Today())
		if err != nil {
			return err
		}
		if f.stat.Agg == "sum" && f.stat.Value == nil && len(counts) == 1 {
			counts[0].Value = amount
		}
		u.join(r, counts)
	}
	return nil
}

var (
	dimEscape   = strings.NewReplacer("%", "%25", "&", "%26", "=", "%3D")
	dimUnescape = url.PathUnescape
)

// DimText is the canonical text of the dimensions that an account is kept by:
// "k=v&k=v" in the order of `by`, so that what is left out at the end is a prefix.
func DimText(acc *program.Account, all map[string]string) string {
	parts := make([]string, len(acc.By))
	for i, k := range acc.By {
		parts[i] = k + "=" + dimEscape.Replace(all[k])
	}
	return strings.Join(parts, "&")
}

// ParseDims reads the canonical text of dimensions.
func ParseDims(s string) map[string]string {
	out := map[string]string{}
	for part := range strings.SplitSeq(s, "&") {
		k, v, ok := strings.Cut(part, "=")
		if !ok {
			continue
		}
		if plain, err := dimUnescape(v); err == nil {
			v = plain
		}
		out[k] = v
	}
	return out
}

// DimValue gives a dimension's value as conditions read it: the record, party,
// account, unit or region that it names, else the bare key.
func (u *Unit) DimValue(p *program.Program, dim, id string) (any, error) {
	if id == "" {
		return nil, nil
	}
	if p.Records.Has(dim) {
		row, err := u.Load(domain.RecordID(id))
		if err != nil {
			return id, nil // purged: the key is all that is left
		}
		return recordView{row}, nil
	}
	switch dim {
	case "org", "provider", "organization":
		if v, err := u.orgOf(domain.OrgID(id), dim); err == nil {
			return v, nil
		}
	case "year":
		if n, err := strconv.ParseInt(id, 10, 64); err == nil {
			return n, nil
		}
	}
	return u.Holder(id)
}

// accountRoot: account.held(dims…) is a balance; dimensions left out at the end are
// summed.
type accountRoot struct{ r *Row }

func (v accountRoot) TypeName() string             { return "accounts" }
func (v accountRoot) Get(name string) (any, error) { return nil, &rule.Unset{Path: name} }
func (v accountRoot) Call(key string, args []any) (any, error) {
	acc := v.r.P.Accounts.Get(key)
	d := map[string]string{}
	for i, k := range acc.By {
		if i < len(args) {
			d[k] = idOf(args[i])
		}
	}
	w, prog := v.r.u.w, v.r.P.Key
	if len(args) >= len(acc.By) {
		return w.Balance(prog, key, DimText(acc, d))
	}
	head := *acc
	head.By = acc.By[:len(args)]
	dims := DimText(&head, d)
	if dims != "" {
		dims += "&"
	}
	return w.BalanceBelow(prog, key, dims)
}
