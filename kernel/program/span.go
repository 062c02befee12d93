package program

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"linqiao/domain"
)

// String writes a span as in the file.
func (s Span) String() string {
	switch {
	case s.Param != "":
		return "param." + s.Param
	case s.Expr != nil:
		return s.Expr.Src()
	case s.Per != nil:
		var b strings.Builder
		b.WriteString("{per: " + s.Per.Path)
		for _, k := range slices.Sorted(maps.Keys(s.Per.Is)) {
			b.WriteString(", " + k + ": " + s.Per.Is[k].String())
		}
		return b.String() + "}"
	case s.Unit == "":
		return ""
	}
	return strconv.FormatInt(s.N, 10) + s.Unit
}

func partyKind(k string) domain.PartyKind { return domain.PartyKind(k) }
