package api

import (
	"regexp"
	"strings"
)

// block is a piece of a program's README as the public page shows it. Only the
// light markup of such files is read; everything is text, nothing becomes HTML.
type block struct {
	Kind  string // para, list, bullets, head
	Lead  string // a paragraph's bold beginning
	Text  string
	Items []string
}

var (
	numbered  = regexp.MustCompile(`^\d+[.、)]\s*`)
	bulleted  = regexp.MustCompile(`^[-*]\s+`)
	boldStart = regexp.MustCompile(`^\*\*([^*]+)\*\*`)
	links     = regexp.MustCompile(`\[([^\]]+)\]\([^)]*\)`)
)

// readMarkup reads the blocks of a README without its title and without what is
// for developers (demonstration data).
func readMarkup(s string) []block {
	var out []block
	for line := range strings.SplitSeq(s, "\n") {
		line = strings.TrimSpace(line)
		last := len(out) - 1
		switch {
		case line == "" || strings.HasPrefix(line, "# "):
		case strings.HasPrefix(line, "#"):
			out = append(out, block{Kind: "head", Text: plainText(strings.TrimLeft(line, "# "))})
		case numbered.MatchString(line):
			out = addItem(out, last, "list", numbered.ReplaceAllString(line, ""))
		case bulleted.MatchString(line):
			out = addItem(out, last, "bullets", bulleted.ReplaceAllString(line, ""))
		default:
			b := block{Kind: "para"}
			if m := boldStart.FindStringSubmatch(line); m != nil {
				b.Lead, line = m[1], line[len(m[0]):]
			}
			b.Text = plainText(line)
			if !strings.Contains(b.Lead, "演示") {
				out = append(out, b)
			}
		}
	}
	return out
}

func addItem(out []block, last int, kind, text string) []block {
	if last < 0 || out[last].Kind != kind {
		out = append(out, block{Kind: kind})
		last = len(out) - 1
	}
	out[last].Items = append(out[last].Items, plainText(text))
	return out
}

func plainText(s string) string {
	return strings.NewReplacer("**", "", "`", "").Replace(links.ReplaceAllString(s, "$1"))
}

// leadOf is the first paragraph, for the list of services.
func leadOf(list []block) string {
	for _, b := range list {
		if b.Kind == "para" {
			return strings.TrimLeft(b.Text, "：: ")
		}
	}
	return ""
}
