package program

// ViewsOf describes the fields of a form or a record for screens; lang is zh-CN or en.
func (p *Program) ViewsOf(m Map[*Field], lang string) []FieldView {
	return viewer{p: p, en: lang == "en"}.fields(m)
}

// ViewOf draws one field.
func (p *Program) ViewOf(f *Field, lang string) FieldView {
	return viewer{p: p, en: lang == "en"}.field(f)
}
