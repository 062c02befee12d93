package domain

import "fmt"

// Class says how sensitive a field or a row is (字段分级). The scale is ordered:
// a reader cleared for one class may read every lower one.
type Class int

const (
	Public    Class = iota // anybody, also without sign-in
	Internal               // staff and providers that work on the record
	Personal               // identifies a person; encrypted at rest, masked on screen
	Sensitive              // PIPL art. 28: health, finance, tracks, under 14
	Sealed                 // named professionals only
)

var classNames = [...]string{"public", "internal", "personal", "sensitive", "sealed"}

func (c Class) String() string {
	if c < 0 || int(c) >= len(classNames) {
		return fmt.Sprintf("Class(%d)", int(c))
	}
	return classNames[c]
}

// ParseClass reads a class name as it stands in a program file.
func ParseClass(s string) (Class, bool) {
	for i, n := range classNames {
		if n == s {
			return Class(i), true
		}
	}
	return 0, false
}
