package record

import (
	"maps"
	"regexp"
	"slices"
	"sort"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/form"
	"linqiao/kernel/program"
)

// Accepts lists what a move's dialog takes: the fields it needs, and those it
// may fill beside them (its `ask`, its form's `ask`, built-ins it needs).
func Accepts(r *program.RecordType, p *program.Program, mv *program.Move) (fields []*program.Field, need []string) {
	seen := map[string]bool{}
	add := func(key string, must bool) {
		if must {
			need = append(need, key)
		}
		if seen[key] {
			return
		}
		if f := FieldOf(r, key); f != nil {
			seen[key] = true
			fields = append(fields, f)
			if d := FieldOf(r, f.DifferKey()); len(f.Differ) > 0 && d != nil && !seen[d.Key] {
				seen[d.Key] = true
				fields = append(fields, d)
			}
		}
	}
	for _, k := range mv.Need {
		add(k, true)
	}
	for _, k := range mv.Ask {
		add(k, false)
	}
	if f := p.Forms.Get(mv.Form); f != nil {
		for _, k := range f.Ask {
			add(k, false)
		}
	}
	return fields, need
}

// FieldOf finds an own or built-in field of a record type.
func FieldOf(t *program.RecordType, key string) *program.Field {
	if f, ok := t.Fields.Find(key); ok {
		return f
	}
	for _, f := range program.Builtins(t.Noun) {
		if f.Key == key {
			return f
		}
	}
	return nil
}

// fill normalises and checks the dialog's values: all faults at once. Values for
// a child that the move opens are left to that child. Values that an action gave
// (preset) count as filled.
func (u *Unit) fill(r *Row, mv *program.Move, a Act) (map[string]any, []domain.FieldError) {
	var fields []*program.Field
	var need []string
	if mv == nil {
		for _, f := range r.T.Fields.All() {
			if f.Calc == nil {
				fields = append(fields, f)
			}
		}
		fields = append(fields, program.Builtins(r.Noun)...)
	} else {
		fields, need = Accepts(r.T, r.P, mv)
	}
	mine := map[string]any{}
	var errs []domain.FieldError
	for k, v := range a.Fields {
		if slices.ContainsFunc(fields, func(f *program.Field) bool { return f.Key == k }) {
			if _, set := a.preset[k]; !set {
				mine[k] = v
			}
			continue
		}
		if a.trusted || mv != nil && u.childTakes(r, mv, k) {
			continue
		}
		errs = append(errs, domain.FieldError{Path: "fields." + form.SafeKey(k), Code: "unknown_field"})
	}
	var given map[string]any // of the dialog, read once: a suggestion may hang on it
	need = slices.DeleteFunc(slices.Clone(need), func(k string) bool {
		if _, ok := a.preset[k]; ok {
			return true
		}
		if _, ok := mine[k]; ok {
			return false
		}
		f := FieldOf(r.T, k)
		if f == nil {
			return false
		}
		if f.Suggest != nil {
			if given == nil {
				given, _ = form.Fill(fields, nil, mine)
			}
			undo := r.overlay(given)
			took := u.takeSuggest(r, f, mine)
			undo()
			if took {
				given[k] = mine[k]
				return true
			}
		}
		return r.has(k)
	})
	if mv != nil && a.trusted && mv.When == nil && len(mv.By) == 0 && len(mine) == 0 {
		need = nil
	}
	vals, ferr := form.Fill(fields, need, mine)
	errs = append(errs, ferr...)
	if mv != nil {
		if f := r.P.Forms.Get(mv.Form); f != nil && len(errs) == 0 && OwnForm(r.P, mv) == nil {
			errs = append(errs, form.Require(f, vals, u.Today(), fields...)...)
		}
	}
	if len(errs) == 0 && !a.trusted {
		errs = append(errs, u.reasons(r, fields, mine, vals)...)
	}
	sort.Slice(errs, func(i, j int) bool { return errs[i].Path < errs[j].Path })
	for k, v := range vals {
		if v != nil {
			continue
		}
		if raw, given := mine[k]; !given || raw != nil || !r.has(k) {
			delete(vals, k) // only a stated null clears, and only what is there
		}
	}
	return vals, errs
}

// reasons wants a reason (`differ`) for each value that is not the one proposed, and
// drops one that was given for a value that is.
func (u *Unit) reasons(r *Row, fields []*program.Field, mine, vals map[string]any) (errs []domain.FieldError) {
	for _, f := range fields {
		_, given := mine[f.Key]
		if f.Suggest == nil || len(f.Differ) == 0 || !given || vals[f.Key] == nil {
			continue
		}
		undo := r.overlay(vals)
		v, err := u.value(f.Suggest, r.vars())
		undo()
		if err != nil {
			continue // nothing is proposed
		}
		key := f.DifferKey()
		switch same := text(fromRule(v)) == text(vals[f.Key]); {
		case same && r.has(key):
			vals[key], mine[key] = nil, nil
		case same:
			delete(vals, key)
		case vals[key] == nil && !(r.has(key) && text(r.raw(f.Key)) == text(vals[f.Key])):
			d := FieldOf(r.T, key)
			errs = append(errs, domain.FieldError{Path: "fields." + key, Code: "required", Args: map[string]string{"label": d.Label}})
		}
	}
	return errs
}

// takeSuggest fills a needed field that nobody filled with what the program
// suggests; the person who makes the move confirms it by making it.
func (u *Unit) takeSuggest(r *Row, f *program.Field, into map[string]any) bool {
	v, err := u.value(f.Suggest, r.vars())
	if err != nil {
		return false
	}
	into[f.Key] = fromRule(v)
	return true
}

// childTakes reports whether a child that the move opens asks for the field.
func (u *Unit) childTakes(r *Row, mv *program.Move, key string) bool {
	for _, o := range Opened(r.P, mv) {
		if f, _ := Accepts(o.Type, r.P, o.Move); slices.ContainsFunc(f, func(f *program.Field) bool { return f.Key == key }) {
			return true
		}
	}
	return false
}

// OpenedChild is a record that a move opens in its `do`.
type OpenedChild struct {
	Type   *program.RecordType
	Move   *program.Move
	Action *program.Action
}

// Opened lists the records of the same program that a move opens.
func Opened(p *program.Program, mv *program.Move) (list []OpenedChild) {
	for _, a := range mv.Do {
		if a.Verb != "open" {
			continue
		}
		key, move := splitAddr(a.Target)
		if t, ok := p.Records.Find(key); ok {
			if m := intakeOf(t, move); m != nil {
				list = append(list, OpenedChild{t, m, a})
			}
		}
	}
	return list
}

// intakeOf finds the named intake move, or the only one.
func intakeOf(t *program.RecordType, move string) *program.Move {
	if move != "" {
		return t.Moves.Get(move)
	}
	for _, m := range t.Moves.All() {
		if m.Intake() {
			return m
		}
	}
	return nil
}

// checkDialog checks what is not a field: reason, words, channel, subject.
func (u *Unit) checkDialog(r *Row, mv *program.Move, a Act) error {
	e := domain.E(domain.KindInvalid, "fields_invalid")
	if mv.Reason != "" && !a.trusted {
		l := mv.ReasonList
		switch {
		case a.Reason == "":
			e.With("reason", "reason_required")
		case l != nil && !l.Options.Has(a.Reason):
			e.With("reason", "option", "label", l.Label)
		}
	}
	if mv.TextRequired && a.Text == "" && !a.trusted {
		e.With("text", "text_required")
	}
	if len([]rune(a.Text)) > 4000 {
		e.With("text", "too_long", "max", "4000")
	}
	if mv.Intake() && len(mv.Channels) > 0 && !a.trusted {
		switch {
		case r.Channel == "" || a.Channel == "" && !slices.Contains(mv.Channels, r.Channel): // not stated, or only taken from the parent
			r.Channel = u.defaultChannel(mv)
		case !slices.Contains(mv.Channels, r.Channel):
			e.With("channel", "option", "label", "来源")
		}
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

// defaultChannel: residents come online, staff at the window, when nobody says.
func (u *Unit) defaultChannel(mv *program.Move) string {
	want := "window"
	if u.actor.standing() == nil {
		want = "online"
		if !slices.Contains(mv.Channels, want) {
			want = "app"
		}
	}
	if slices.Contains(mv.Channels, want) {
		return want
	}
	return mv.Channels[0]
}

// guards refuse with the program's own sentence, or with what is missing.
func (u *Unit) guards(r *Row, list []program.Guard) error {
	for _, g := range list {
		ok, err := g.If.Bool(r.vars())
		if err != nil {
			if m := missing(err); m != "" {
				return domain.Refuse("缺" + u.labelOf(r, m))
			}
			return err
		}
		if !ok {
			e := domain.Refuse(u.say(g.Say, r.vars()))
			if keys := consentsIn(g.If.Src()); keys != "" {
				e.Args["consents"] = keys
			}
			if keys := r.fieldsIn(g.If.Src()); keys != "" {
				e.Args["fields"] = keys
			}
			return e
		}
	}
	return nil
}

var consentPath = regexp.MustCompile(`\bconsent\.([a-z][a-z0-9_]*)`)

var bareName = regexp.MustCompile(`(?:^|[^.\w])([a-z][a-z0-9_]*)`)

// fieldsIn names the record's own fields that a condition reads, so that a table of
// many rows can say in which column a row was refused; parted by commas.
func (r *Row) fieldsIn(source string) string {
	var keys []string
	for _, m := range bareName.FindAllStringSubmatch(source, -1) {
		if FieldOf(r.T, m[1]) != nil && !slices.Contains(keys, m[1]) {
			keys = append(keys, m[1])
		}
	}
	return strings.Join(keys, ",")
}

// consentsIn names the consents that a condition reads, so that a screen can ask
// for them in place; parted by commas.
func consentsIn(source string) string {
	var keys []string
	for _, m := range consentPath.FindAllStringSubmatch(source, -1) {
		if !slices.Contains(keys, m[1]) {
			keys = append(keys, m[1])
		}
	}
	return strings.Join(keys, ",")
}

// proof checks presence where the move asks for it.
func (u *Unit) proof(r *Row, mv *program.Move, a Act) error {
	p := mv.Proof
	if p == nil || a.trusted {
		return nil
	}
	if p.When != nil {
		if ok, err := u.test(p.When, r.vars()); err != nil || !ok {
			return err
		}
	}
	if p.Or == "text" && (a.Proof.Text != "" || a.Text != "") || p.Or == "pass" && a.Proof.PassOK {
		return nil
	}
	if p.Photo > 0 && len(a.Proof.Photos) < p.Photo {
		return domain.E(domain.KindRefused, "proof_photo", "n", itoa(p.Photo))
	}
	if p.Pass != "" && !a.Proof.PassOK {
		return domain.E(domain.KindRefused, "proof_pass")
	}
	if p.Near == nil {
		return nil
	}
	if !a.Proof.Has {
		return domain.E(domain.KindRefused, "proof_place")
	}
	v, err := u.value(p.Near, r.vars())
	if err != nil {
		if isUnset(err) {
			return domain.E(domain.KindRefused, "proof_no_place")
		}
		return err
	}
	if pl, ok := v.(placeView); ok && metres(pl, a.Proof.Lat, a.Proof.Lng) > p.Within {
		return domain.E(domain.KindRefused, "proof_far", "within", itoa(int(p.Within)))
	}
	return nil
}

// sameCheck applies `same`: refuse says no, join gives the earlier row that stands
// for this one; warn is a note on the screen (app).
func (u *Unit) sameCheck(r *Row, mv *program.Move, changed map[string]any) error {
	s := r.T.Same
	if s == nil || s.Then == "warn" {
		return nil
	}
	old, err := u.w.(sameFinder).Same(r.Record, s)
	if err != nil || old == nil {
		return err
	}
	if s.Then == "refuse" {
		return domain.E(domain.KindConflict, "same", "ref", old.RefNo)
	}
	row, err := u.Load(old.ID)
	if err != nil {
		return err
	}
	if err := u.joinTracks(row, r); err != nil {
		return err
	}
	note := map[string]any{"move": moveKey(mv), "fields": slices.Sorted(maps.Keys(changed))}
	open := map[string]any{} // as of every event: nothing above internal
	for k, v := range changed {
		if f := FieldOf(r.T, k); f == nil || f.Class <= domain.Internal {
			open[k] = v
		}
	}
	if len(open) > 0 {
		note["values"] = open
	}
	if err := u.Note(row, "joined", note); err != nil {
		return err
	}
	return joined{row}
}

func moveKey(mv *program.Move) string {
	if mv == nil {
		return ""
	}
	return mv.Key
}

// joined ends the making of a row that an earlier one stands for: the clocks and
// counts of the earlier one go on as they were.
type joined struct{ row *Row }

func (joined) Error() string { return "joined" }

// sameFinder is the part of a World that finds an earlier record of the same thing,
// nil when there is none.
type sameFinder interface {
	Same(rec *domain.Record, s *program.Same) (*domain.Record, error)
}

// uniqueKey joins the fields that must be unique. A booking that was cancelled, or
// that counts people without a name, keeps nobody else out.
func (r *Row) uniqueKey() string {
	if r.Noun == domain.Booking && (r.Phase == domain.PhaseOut || r.Subject == "" && slices.Contains(r.T.Unique, "subject")) {
		return ""
	}
	var out string
	for _, k := range r.T.Unique {
		out += k + "=" + r.uniquePart(k) + ";"
	}
	return out
}

func (r *Row) uniquePart(key string) string {
	switch key {
	case "subject":
		if r.Subject == "" && r.forRegion() {
			return string(r.Region)
		}
		return string(r.Subject)
	case "parent":
		return string(r.Record.Parent)
	case "region":
		return string(r.Region)
	case "owner":
		return string(r.Owner)
	case "org":
		return string(r.Org)
	case "channel":
		return r.Channel
	case "period":
		return periodOf(r.T.Period, domain.DateOf(r.Created))
	}
	return text(r.raw(key))
}

// periodOf names the day, week, month, quarter or year that a day lies in.
func periodOf(unit string, d domain.Date) string {
	y, m, _ := d.YMD()
	switch unit {
	case "day":
		return d.String()
	case "week": // by its Monday
		return (d - (domain.Date(d.Weekday())+6)%7).String()
	case "month":
		return d.String()[:7]
	case "quarter":
		return itoa(y) + "Q" + itoa((int(m)+2)/3)
	}
	return itoa(y)
}
