package program

import "strings"

// StopsOn is the kind of record that an action of a withdrawn consent acts on, ""
// for the rows that stand at the top (a message, a place on a roster).
func (p *Program) StopsOn(a *Action) string {
	head, key, _ := strings.Cut(a.Target, ".")
	if a.Verb == "move" {
		return head
	}
	if a.Verb != "stop" {
		return ""
	}
	switch head {
	case "pass":
		return p.Passes.Get(key).Of
	case "notice":
		return p.Notices.Get(key).Of
	case "choice":
		return p.Choices.Get(key).Of
	case "match":
		if t := p.Records.Get(p.Matches.Get(key).Makes); t != nil {
			return t.Of
		}
	}
	return ""
}
