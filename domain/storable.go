package domain

import (
	"strings"
	"unicode/utf8"
)

// Storable says whether both databases hold a text: UTF-8 without NUL.
func Storable(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }
