package scenario

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"linqiao/domain"
)

// written finds days as stories write them; digits on either side make it a number
// of something else (a telephone, a licence).
var written = regexp.MustCompile(`\d+-\d{2}-\d+`)

// Moved gives the text of a story with its days moved: those from a year before the
// story begins on. What is older (births, foundings) is no part of what happens. Whole
// weeks keep the weekdays.
func Moved(src []byte, days int) ([]byte, error) {
	story, issues := Parse("", src)
	if len(issues) > 0 {
		return nil, fmt.Errorf("%s", issues[0].Msg)
	}
	from := domain.DateOf(startOf(story.Scenes[0].Lines)) - 366
	return written.ReplaceAllFunc(src, func(b []byte) []byte {
		d, err := domain.ParseDate(string(b))
		if err != nil || d < from {
			return b
		}
		return []byte((d + domain.Date(days)).String())
	}), nil
}

// Ends is the last instant that the story names by 时间.
func (s *Story) Ends() (last time.Time) {
	for _, scene := range s.Scenes {
		for _, l := range scene.Lines {
			if t, ok := l.Sentence.(SetTime); ok && t.At.After(last) {
				last = t.At
			}
		}
	}
	return last
}

// period reads 2022, 2022Q2, 2022-05 as they stand, and `2022-05-07所在月|季|年` as
// the month, quarter or year in which that day lies: stories whose days are moved
// when they are played cannot name the period itself.
func period(s string) string {
	day, unit, ok := strings.Cut(s, "所在")
	d, err := domain.ParseDate(strings.TrimSpace(day))
	if !ok || err != nil {
		return s
	}
	t := d.Start()
	switch unit {
	case "月":
		return t.Format("2006-01")
	case "季":
		return fmt.Sprintf("%dQ%d", t.Year(), (int(t.Month())+2)/3)
	case "年":
		return t.Format("2006")
	}
	return s
}
