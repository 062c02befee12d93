package rule

import (
	"errors"
	"strings"
)

// Names that only the server knows (docs/program-format.md §6). A form has its
// own fields bare, and `today`.
var serverNames = setOf(strings.Fields(`subject provider actor parent need offer members all entered left made
	clock match panel ballot choice roster standing table list notice document account form duty consent ground
	param stat member offset window round each step period previous now created ended never
	id ref_no stage phase owner region org channel reason`))

// Functions of this package that the phone has too. CEL's own it has all.
var phoneFunctions = setOf(strings.Fields(`age months days near`))

// Functions of this package that it has not.
var serverFunctions = setOf(strings.Fields(`birthday date day_end first_of minutes within region_of covers free related
	sample share split sum mean median max min union mentions`))

// phone is nil within the phone subset: bare fields of the form, today, four
// functions, the standard operators and macros.
func (r *reader) phone() error {
	for _, p := range r.paths() {
		root, _, _ := strings.Cut(p, ".")
		if serverNames[root] {
			return errors.New("手机上没有“" + root + "”")
		}
	}
	for _, fn := range sortedKeys(r.calls) {
		if phoneFunctions[fn] {
			continue
		}
		if serverFunctions[fn] || strings.Contains(fn, ".") || r.s.u.isMethod(fn) {
			return errors.New("手机上没有函数“" + fn + "”")
		}
	}
	return nil
}

// isMethod tells whether a function name is only a struct's method.
func (u *Universe) isMethod(fn string) bool {
	f, ok := u.funcs[fn]
	if !ok {
		return false
	}
	for _, o := range f.OverloadDecls() {
		if !strings.Contains(o.ID(), ".") {
			return false
		}
	}
	return true
}
