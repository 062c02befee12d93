package app

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"linqiao/domain"
)

// neutralText stands for a message whose words must not leave the county.
const neutralText = "您在邻桥有一条新消息，请登录查看。"

// personal finds numbers that name a person: mobile numbers, identity numbers, bank
// cards. Somebody may have typed one into a field that is not meant for it.
var personal = regexp.MustCompile(`(^|\D)(1[3-9]\d[ -]?\d{4}[ -]?\d{4}|\d{17}[\dXx]|\d{16,19})(\D|$)`)

// outward gives the words of a message as they may leave the county. The compiler
// of programs has refused fields above internal already; here the row itself is
// looked at, and what was really filled in. That a sensitive row exists, and
// whatever names the person it is about, is told inside the product only.
func (w *work) outward(r *domain.Record, text string) (string, error) {
	if r != nil && r.Class > domain.Personal || personal.MatchString(text) {
		return neutralText, nil
	}
	if r == nil || r.Subject == "" {
		return text, nil
	}
	p, err := w.Party(r.Subject)
	if err != nil {
		return "", err
	}
	if (p.Kind == domain.Person || p.Kind == domain.Household) && utf8.RuneCountInString(p.Name) > 1 && strings.Contains(text, p.Name) {
		return neutralText, nil
	}
	return text, nil
}
