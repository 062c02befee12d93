package program

// ViewOf describes one field of the program for screens; lang is zh-CN or en.
func (p *Program) ViewOf(f *Field, lang string) FieldView {
	return viewer{p: p, en: lang == "en"}.field(f)
}
