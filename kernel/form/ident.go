package form

import (
	"strconv"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// References to other rows, telephone numbers, options of lists, attachments.
// Whether a reference exists is for the caller, who can look: here only its shape
// is checked.

func init() {
	self := func(_ *program.Field, v any) string { s, _ := v.(string); return s }
	id := kind{normID, asIs, self}
	for _, t := range []program.FieldType{program.TypeOrg, program.TypePerson, program.TypeParty,
		program.TypeAccount, program.TypeRef, program.TypeRegion} {
		kinds[t] = id
	}
	file := kind{normID, asIs, func(f *program.Field, _ any) string { return countFiles(f, 1) }}
	kinds[program.TypePhoto], kinds[program.TypeFile] = file, file
	kinds[program.TypePhone] = kind{normPhone, asIs, self}
	kinds[program.TypeChoice] = kind{normChoice, textChoice, func(f *program.Field, v any) string { return optionLabel(f, v) }}
}

// normID takes ids of this system, division codes and their suffixes. A caller
// that holds names must look them up first.
func normID(_ *program.Field, raw any) (any, *fault) {
	if m, ok := raw.(map[string]any); ok { // {"id": …, "name": …} as views send it
		raw = m["id"]
	}
	s, ok := raw.(string)
	if !ok {
		return nil, bad("type")
	}
	s = strings.TrimSpace(s)
	if len(s) > 64 {
		return nil, bad("format")
	}
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && c != '-' && c != '_' && c != '.' {
			return nil, bad("format")
		}
	}
	if s == "" {
		return nil, nil
	}
	return s, nil
}

func countFiles(f *program.Field, n int) string {
	if f.Type == program.TypePhoto {
		return strconv.Itoa(n) + " 张照片"
	}
	return strconv.Itoa(n) + " 个文件"
}

func normPhone(_ *program.Field, raw any) (any, *fault) {
	s, ok := raw.(string)
	if !ok {
		return nil, bad("type")
	}
	norm, _, ok := domain.CheckPhone(s)
	if !ok {
		return nil, bad("phone")
	}
	return norm, nil
}

// normChoice takes keys only. Options of an open list may have been added by the
// county, so an unknown key of the right shape passes here; the caller who knows
// the county's options checks it.
func normChoice(f *program.Field, raw any) (any, *fault) {
	s, ok := raw.(string)
	if !ok {
		return nil, bad("type")
	}
	s = strings.TrimSpace(s)
	if f.List == nil || f.List.Open && !f.List.Options.Has(s) {
		if len([]rune(s)) > 64 || clean(s) != s || strings.ContainsAny(s, "\n\t") {
			return nil, bad("option")
		}
		return s, nil
	}
	if !f.List.Options.Has(s) {
		return nil, bad("option", "options", optionLabels(f.List))
	}
	return s, nil
}

// textChoice takes a key or a label. Two options with one label: the label says
// nothing.
func textChoice(f *program.Field, s string) (any, *fault) {
	if f.List == nil || f.List.Options.Has(s) {
		return s, nil
	}
	want := strings.ToLower(half(s))
	found := ""
	for key, o := range f.List.Options.All() {
		if strings.ToLower(half(o.Label)) != want && strings.ToLower(half(o.LabelEN)) != want {
			continue
		}
		if found != "" {
			return nil, bad("ambiguous", "options", found+"、"+key)
		}
		found = key
	}
	switch {
	case found != "":
		return found, nil
	case f.List.Open:
		return s, nil
	}
	return nil, bad("option", "options", optionLabels(f.List))
}

// optionLabels lists the first options for the person who has to choose again.
func optionLabels(l *program.List) string {
	var labels []string
	for _, o := range l.Options.All() {
		if len(labels) == 12 {
			labels = append(labels, "…")
			break
		}
		labels = append(labels, o.Label)
	}
	return strings.Join(labels, "、")
}

func optionLabel(f *program.Field, v any) string {
	key, _ := v.(string)
	if f.List != nil {
		if o, ok := f.List.Options.Find(key); ok && o.Label != "" {
			return o.Label
		}
	}
	return key
}
