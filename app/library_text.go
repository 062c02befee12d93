package app

import (
	"regexp"
	"strings"
)

// TextBlock is a piece of an item's text. The light marks that people write by hand
// are read: a line is a paragraph, “## ” begins a heading, “- ” or “1. ” an entry of a
// list. Everything is text and nothing becomes HTML, so that no item can run anything
// or fetch anything from elsewhere.
type TextBlock struct {
	Kind  string   `json:"kind" enum:"para,head,list,steps"`
	Text  string   `json:"text,omitempty"`
	Items []string `json:"items,omitempty"`
}

var (
	headMark = regexp.MustCompile(`^#{1,4}\s+`)
	listMark = regexp.MustCompile(`^[-*•·]\s+`)
	stepMark = regexp.MustCompile(`^\d{1,2}[.、)）]\s*`)
)

func readText(s string) []TextBlock {
	out := []TextBlock{}
	for line := range strings.SplitSeq(s, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
		case headMark.MatchString(line):
			out = append(out, TextBlock{Kind: "head", Text: headMark.ReplaceAllString(line, "")})
		case listMark.MatchString(line):
			out = addEntry(out, "list", listMark.ReplaceAllString(line, ""))
		case stepMark.MatchString(line):
			out = addEntry(out, "steps", stepMark.ReplaceAllString(line, ""))
		default:
			out = append(out, TextBlock{Kind: "para", Text: line})
		}
	}
	return out
}

func addEntry(out []TextBlock, kind, text string) []TextBlock {
	if n := len(out); n > 0 && out[n-1].Kind == kind {
		out[n-1].Items = append(out[n-1].Items, text)
		return out
	}
	return append(out, TextBlock{Kind: kind, Items: []string{text}})
}
