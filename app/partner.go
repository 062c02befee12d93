package app

import (
	"context"
	"net/url"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/exchange"
	"linqiao/kernel/program"
)

// PartnerView is a system in step with a program, for who sets it up. Addresses and keys
// are only ever written; a new key is shown this once.
type PartnerView struct {
	ID           string              `json:"id"`
	Name         string              `json:"name"`
	Program      string              `json:"program"`
	ProgramTitle string              `json:"program_title"`
	Mapping      string              `json:"mapping"`
	MappingLabel string              `json:"mapping_label"`
	Ceiling      string              `json:"ceiling"`
	Push         bool                `json:"push"`
	Pull         bool                `json:"pull"`
	Active       bool                `json:"active"`
	Path         string              `json:"path"`           // what the partner is told: where it hands over and asks
	Host         string              `json:"host,omitempty"` // of its address
	Way          bool                `json:"way"`            // address and key of theirs are here
	Key          string              `json:"key,omitempty"`
	Keyed        bool                `json:"keyed"`   // it has a key of ours
	Renewed      bool                `json:"renewed"` // a new one that it has not used yet
	State        string              `json:"state"`   // ok, waiting, closed, off, unused
	OpenAt       *time.Time          `json:"open_at,omitempty"`
	LastOK       *time.Time          `json:"last_ok,omitempty"`
	LastFail     *time.Time          `json:"last_fail,omitempty"`
	LastIn       *time.Time          `json:"last_in,omitempty"`
	Error        string              `json:"error,omitempty"`
	Problem      string              `json:"problem,omitempty"` // the same in words
	Asks         []string            `json:"asks"`              // roles that decide where both sides have changed a field
	Queued       int                 `json:"queued"`
	Dead         int                 `json:"dead"`
	Held         int                 `json:"held"`
	Conflicts    int                 `json:"conflicts"`
	Filling      bool                `json:"filling"` // the first run over the records goes on
	Records      []PartnerRecordView `json:"records"`
	Rev          int64               `json:"rev"`
}

// PartnerRecordView is one kind of record of a mapping.
type PartnerRecordView struct {
	Key    string             `json:"key"`
	Label  string             `json:"label"`
	In     bool               `json:"in"`
	Out    bool               `json:"out"`
	Fields []PartnerFieldView `json:"fields"`
}

// PartnerFieldView is one field of a mapping: Granted says whether it travels under the
// ceiling that was given.
type PartnerFieldView struct {
	Name    string `json:"name"`
	Label   string `json:"label"`
	Class   string `json:"class"`
	Granted bool   `json:"granted"`
	Wins    string `json:"wins"` // whose value stands where both have changed it: ours, theirs, newer, ask
}

// MappingView is a mapping to which a system can be tied.
type MappingView struct {
	Program      string              `json:"program"`
	ProgramTitle string              `json:"program_title"`
	Key          string              `json:"key"`
	Label        string              `json:"label"`
	Ceiling      string              `json:"ceiling"`
	Records      []PartnerRecordView `json:"records"`
}

// PartnerList is all systems, and what others could be tied to.
type PartnerList struct {
	Items    []PartnerView `json:"items"`
	Mappings []MappingView `json:"mappings"`
}

// PartnerAct is what an administrator sets.
type PartnerAct struct {
	Name    *string `json:"name,omitempty" maxLength:"80"`
	Program string  `json:"program,omitempty" maxLength:"80"`
	Mapping string  `json:"mapping,omitempty" maxLength:"80"`
	Ceiling *string `json:"ceiling,omitempty" enum:"public,internal,personal,sensitive,sealed"`
	URL     *string `json:"url,omitempty" maxLength:"1000"`
	Key     *string `json:"key,omitempty" maxLength:"200"`
	Push    *bool   `json:"push,omitempty"`
	Pull    *bool   `json:"pull,omitempty"`
	Active  *bool   `json:"active,omitempty"`
	Rev     int64   `json:"rev,omitempty"`
}

// Partners lists the systems in step.
func (a *App) Partners(ctx context.Context, who *Who) (out PartnerList, err error) {
	out = PartnerList{Items: []PartnerView{}, Mappings: []MappingView{}}
	err = a.read(ctx, who, func(w *work) error {
		list, err := w.tx.Partners()
		if err != nil {
			return err
		}
		for i := range list {
			v, err := w.partnerView(&list[i])
			if err != nil {
				return err
			}
			out.Items = append(out.Items, *v)
		}
		for _, p := range w.set.set.Programs.All() {
			for _, def := range p.Partners.All() {
				out.Mappings = append(out.Mappings, MappingView{Program: p.Key, ProgramTitle: w.words(p).Title(), Key: def.Key, Label: w.words(p).Named("partners", def.Key, def.Label),
					Ceiling: def.Ceiling.String(), Records: w.mappingRecords(p, def, def.Ceiling)})
			}
		}
		return nil
	})
	return out, err
}

func (w *work) mappingRecords(p *program.Program, def *program.Partner, ceiling domain.Class) []PartnerRecordView {
	out := []PartnerRecordView{}
	for k, rt := range def.Records.All() {
		v := PartnerRecordView{Key: k, Label: w.words(p).Kind(p.Records.Get(k)), In: rt.In, Out: rt.Out, Fields: []PartnerFieldView{}}
		for i := range rt.Fields {
			f := &rt.Fields[i]
			v.Fields = append(v.Fields, PartnerFieldView{Name: f.Name, Label: f.Col.Label, Class: f.Col.Class.String(),
				Granted: f.Col.Class <= ceiling, Wins: winner(def, f)})
		}
		out = append(out, v)
	}
	return out
}

// winner says whose value of a field stands; what is not our own field only goes out.
func winner(def *program.Partner, f *program.PartnerField) string {
	if f.Own == "" {
		return ""
	}
	return def.Winner(f)
}

func (w *work) partnerView(pt *domain.Partner) (*PartnerView, error) {
	v := &PartnerView{ID: pt.ID, Name: pt.Name, Program: pt.Program, Mapping: pt.Key, Ceiling: pt.Ceiling.String(), Push: pt.Push, Pull: pt.Pull, Active: pt.Active,
		Path: "/api/v1/exchange/" + string(pt.County) + "-" + pt.ID, Keyed: pt.Hash != "" || pt.Next != "", Renewed: pt.Hash != "" && pt.Next != "",
		LastOK: instant(pt.Health.LastOK), LastFail: instant(pt.Health.LastFail), LastIn: instant(pt.LastIn), Error: pt.Health.Error,
		Filling: pt.Filled != domain.PartnerFull, Asks: []string{}, Records: []PartnerRecordView{}, Rev: pt.Rev}
	if u, err := url.Parse(asText(pt.Secret["url"])); err == nil {
		v.Host = u.Host
	}
	v.Way = w.app.partnerClient(pt) != nil
	p, def := w.mappingOf(pt)
	if def != nil {
		v.ProgramTitle, v.MappingLabel = w.words(p).Title(), w.words(p).Named("partners", def.Key, def.Label)
		for _, k := range def.Asks {
			v.Asks = append(v.Asks, w.words(p).Role(k))
		}
		v.Records = w.mappingRecords(p, def, grants(pt, def))
	}
	var err error
	for _, n := range []struct {
		to    *int
		count func() (int, error)
	}{
		{&v.Queued, func() (int, error) { return w.tx.CountPartnerOut(pt.ID, domain.PartnerQueued) }},
		{&v.Dead, func() (int, error) { return w.tx.CountPartnerOut(pt.ID, domain.PartnerDead) }},
		{&v.Held, func() (int, error) { return w.tx.CountPartnerIn(pt.ID, domain.PartnerHeld) }},
		{&v.Conflicts, func() (int, error) { return w.tx.CountPartnerConflicts(pt.ID, pt.Program) }},
	} {
		if *n.to, err = n.count(); err != nil {
			return nil, err
		}
	}
	v.State = partnerState(pt, v.Queued, w.Now())
	if pt.Health.OpenAt.After(w.Now()) {
		v.OpenAt = instant(pt.Health.OpenAt)
	} else if pt.Health.Fails == 0 {
		v.Error = ""
	}
	v.Problem = w.outProblem(v.Error)
	return v, nil
}

func partnerState(pt *domain.Partner, queued int, now time.Time) string {
	switch {
	case !pt.Active:
		return "off"
	case pt.Health.OpenAt.After(now):
		return "closed"
	case pt.Health.Fails > 0:
		return "waiting"
	case pt.Health.LastOK.IsZero() && pt.LastIn.IsZero():
		return "unused"
	}
	return "ok"
}

func (a *App) partner(ctx context.Context, who *Who, id string) (v *PartnerView, err error) {
	err = a.read(ctx, who, func(w *work) error {
		pt, err := w.tx.Partner(id)
		if err == nil {
			v, err = w.partnerView(pt)
		}
		return err
	})
	return v, err
}

// CreatePartner ties a system to a mapping of a program.
func (a *App) CreatePartner(ctx context.Context, who *Who, once Once, in PartnerAct) (*PartnerView, error) {
	id, err := a.once(ctx, who, once, func(w *work) (domain.RecordID, error) {
		if err := w.adminOnly(); err != nil {
			return "", err
		}
		pt := &domain.Partner{Program: in.Program, Key: in.Mapping, Active: true, By: who.Account, Secret: map[string]any{}}
		_, def := w.mappingOf(pt)
		if def == nil {
			return "", domain.E(domain.KindInvalid, "fields").With("mapping", "option")
		}
		if in.Name == nil {
			in.Name = &def.Label
		}
		pt.Ceiling = def.Ceiling
		if err := fillPartnerAct(pt, def, in); err != nil {
			return "", err
		}
		if err := w.tx.InsertPartner(pt); err != nil {
			return "", err
		}
		return domain.RecordID(pt.ID), w.changed("partner", "create", pt.ID, "", map[string]any{"name": pt.Name, "program": pt.Program, "mapping": pt.Key})
	})
	if err != nil {
		return nil, err
	}
	return a.partner(ctx, who, string(id))
}

// PatchPartner changes a system at the version the caller saw. What was built under
// other terms is built anew before anything leaves.
func (a *App) PatchPartner(ctx context.Context, who *Who, once Once, id string, in PartnerAct) (*PartnerView, error) {
	err := a.onceOnly(ctx, who, once, func(w *work) error {
		if err := w.adminOnly(); err != nil {
			return err
		}
		pt, err := w.tx.Partner(id)
		if err != nil {
			return err
		}
		if in.Rev != pt.Rev {
			return nameTheirs(pt.Name, pt.Rev)
		}
		_, def := w.mappingOf(pt)
		if def == nil {
			return domain.E(domain.KindRefused, "partner_mapping")
		}
		was, on := pt.Ceiling, pt.Active
		if err := fillPartnerAct(pt, def, in); err != nil {
			return err
		}
		if was != pt.Ceiling {
			if err := w.tx.RebuildPartnerOut(id); err != nil {
				return err
			}
		}
		if was != pt.Ceiling || pt.Active && !on {
			pt.Filled = "" // look at every record again; what is known is not sent twice
		}
		if err := w.tx.UpdatePartner(pt); err != nil {
			return err
		}
		return w.changed("partner", "edit", id, "", map[string]any{"name": pt.Name, "active": pt.Active, "ceiling": pt.Ceiling.String(), "secrets": in.URL != nil || in.Key != nil})
	})
	if err != nil {
		return nil, err
	}
	return a.partner(ctx, who, id)
}

func fillPartnerAct(pt *domain.Partner, def *program.Partner, in PartnerAct) error {
	e := domain.E(domain.KindInvalid, "fields")
	if in.Name != nil {
		if pt.Name = strings.TrimSpace(*in.Name); pt.Name == "" {
			e.With("name", "required")
		}
	}
	if in.Ceiling != nil {
		class, ok := domain.ParseClass(*in.Ceiling)
		if !ok || class > def.Ceiling {
			e.With("ceiling", "partner_ceiling", "max", def.Ceiling.String())
		}
		pt.Ceiling = class
	}
	if in.URL != nil {
		text := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSpace(*in.URL), "/"), "/events")
		if text != "" && exchange.CheckURL(text) != nil {
			e.With("url", "url_https")
		}
		pt.Secret["url"] = text
	}
	if in.Key != nil {
		text := strings.TrimSpace(*in.Key)
		if _, ok := exchange.ParseKey(text); text != "" && !ok {
			e.With("key", "partner_key_shape")
		}
		pt.Secret["key"] = text
	}
	for to, v := range map[*bool]*bool{&pt.Push: in.Push, &pt.Pull: in.Pull, &pt.Active: in.Active} {
		if v != nil {
			*to = *v
		}
	}
	if (pt.Push || pt.Pull) && asText(pt.Secret["url"]) == "" {
		e.With("url", "required")
	}
	if (pt.Push || pt.Pull) && asText(pt.Secret["key"]) == "" {
		e.With("key", "required")
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// NewPartnerKey makes a key for a partner and shows it this once. The former one is good
// until the new one is first used, so that a lost answer cuts nobody off.
func (a *App) NewPartnerKey(ctx context.Context, who *Who, id string) (*PartnerView, error) {
	key, err := exchange.NewKey()
	if err != nil {
		return nil, err
	}
	err = a.write(ctx, who, func(w *work) error {
		if err := w.adminOnly(); err != nil {
			return err
		}
		pt, err := w.tx.Partner(id)
		if err != nil {
			return err
		}
		pt.Next, pt.Secret["next"] = exchange.AccessHash(key.Access()), key.Secret()
		if err := w.tx.UpdatePartner(pt); err != nil {
			return err
		}
		return w.audit("partner_key", "partner/"+id, "", nil)
	})
	if err != nil {
		return nil, err
	}
	v, err := a.partner(ctx, who, id)
	if err == nil {
		v.Key = key.Text()
	}
	return v, err
}

// RevokePartnerKey shuts the door to a partner at once. What waits for it stays.
func (a *App) RevokePartnerKey(ctx context.Context, who *Who, id string) error {
	return a.write(ctx, who, func(w *work) error {
		if err := w.adminOnly(); err != nil {
			return err
		}
		pt, err := w.tx.Partner(id)
		if err != nil {
			return err
		}
		pt.Hash, pt.Next = "", ""
		delete(pt.Secret, "sign")
		delete(pt.Secret, "next")
		if err := w.tx.UpdatePartner(pt); err != nil {
			return err
		}
		return w.audit("partner_revoke", "partner/"+id, "", nil)
	})
}
