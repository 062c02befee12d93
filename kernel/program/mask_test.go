package program

import (
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"
)

// TestMasks: what a notice may show to the public, and under which mask.
func TestMasks(t *testing.T) {
	const head = `program: m
version: 1
title: 测试
class: internal
roles:
  desk: {label: 办, is: area, held_by: {org: desk}, read: sealed}
records:
  case:
    label: 事
    is: case
    for: person
    keep: 1y
    fields:
      open:   {label: 公开, type: text, class: public}
      money:  {label: 金额, type: money}
      day:    {label: 日期, type: date}
      who:    {label: 带队, type: person, class: public}
      health: {label: 健康, type: text, class: sensitive}
      place:  {label: 地址, type: place, class: personal}
    stages: {new: {label: 新, phase: open}, done: {label: 完, phase: done}}
    moves: {begin: {label: 建, to: new, by: desk}, end: {label: 完, from: new, to: done, by: desk}}
notices:
  list: {label: 公示, of: case, to: public, review: desk, `
	for body, want := range map[string]string{
		"show: [open]}":  "",
		"show: [money]}": "class-too-high",
		"show: [money, day], mask: [money, day]}":     "",
		"show: [money], mask: {money: range}}":        "",
		"show: [money], mask: {money: surname}}":      "bad-mask",
		"show: [money], mask: {money: pixels}}":       "bad-mask",
		"show: [who]}":                                "class-too-high",
		"show: [who], mask: [who]}":                   "",
		"show: [health], mask: {health: surname}}":    "class-too-high",
		"show: [place], mask: [place]}":               "bad-mask",
		"show: [subject.name]}":                       "class-too-high",
		"show: [subject.name], mask: [subject.name]}": "",
		"show: [\"subject.name + '。'\"]}":             "class-too-high",
		"show: [open], mask: [money]}":                "unknown-field",
	} {
		_, issues := Load(map[string]fs.FS{"m": fstest.MapFS{"program.yaml": {Data: []byte(head + body + "\n")}}})
		var codes []string
		for _, i := range issues {
			if !i.Warn {
				codes = append(codes, i.Rule)
			}
		}
		if got := strings.Join(codes, " "); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}
