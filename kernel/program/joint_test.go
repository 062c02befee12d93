package program

import (
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestJointWords: what packets, conclusions and joint moves may name.
func TestJointWords(t *testing.T) {
	const src = `program: m
version: 1
title: 测试
class: internal
roles:
  desk: {label: 办, is: area, held_by: {org: desk}, read: sealed}
  crew: {label: 接, is: receiver, of: job, held_by: {org: crew}, read: {job: internal}}
records:
  ask:
    label: 事
    is: case
    for: person
    keep: 1y
    fields:
      kind:   {label: 类, type: text}
      secret: {label: 密, type: text, class: sensitive}
      named:  {label: 点名, type: text, class: personal}
      hidden: {label: 不给, type: text}
    stages: {new: {label: 新, phase: open}, done: {label: 完, phase: done}}
    moves:
      raise: {label: 提, to: new, by: desk, guard: [{if: ground.law, say: 缺依据}]}
      close: {label: 完, from: new, to: done, by: desk, joint: [JOINT]}
  other: {label: 别, is: case, for: none, keep: 1y, kept_by: desk, fields: {x: {label: 甲, type: text}}}
  job:
    label: 单
    is: order
    of: ask
    offers: organization
    keep: 1y
    shows: {before: [ask.kind], packet: {PACKET}, never: [ask.hidden]}
    terms: {task: "'做'", standard: "'好'", duty: "'办'", limit: answer}
    CONCLUDES
    fields: {found: {label: 结论, type: text}}
    stages: {proposed: {label: 待, phase: proposed}, taken: {label: 应, phase: accepted}, done: {label: 完, phase: done}, expired: {label: 逾, phase: expired}}
    moves:
      propose: {label: 派, to: proposed}
      take:    {label: 应, from: proposed, to: taken, by: crew}
      finish:  {label: 完, from: taken, to: done, by: crew, need: [NEED]}
      expire:  {label: 逾, from: proposed, to: expired}
    clocks:
      answer: {label: 应, from: entered.proposed, until: left.proposed, limit: 1d, ladder: {due: {to: desk, do: [{move: expire}]}}}
grounds:
  law: {label: 依据, law: 法, by: [desk], lasts: 1d}
`
	load := func(joint, packet, concludes, need string) (*Program, string) {
		text := strings.NewReplacer("JOINT", joint, "PACKET", packet, "CONCLUDES", concludes, "NEED", need).Replace(src)
		set, issues := Load(map[string]fs.FS{"m": fstest.MapFS{"program.yaml": {Data: []byte(text)}}})
		var codes []string
		for _, i := range issues {
			if !i.Warn {
				codes = append(codes, i.Rule)
			}
		}
		return set.Programs.Get("m"), strings.Join(codes, " ")
	}
	for _, c := range []struct{ joint, packet, concludes, need, want string }{
		{"job", "ask: internal", "concludes: found", "found", ""},
		{"job", "other: internal", "concludes: found", "found", "packet-elsewhere"},
		{"job", "ask: internal", "concludes: found", "", "no-conclusion"},
		{"job", "ask: internal", "", "", "no-conclusion"},
		{"nobody", "ask: internal", "concludes: found", "found", "unresolved"},
	} {
		if _, got := load(c.joint, c.packet, c.concludes, c.need); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
	p, _ := load("job", "ask: [internal, named]", "concludes: found", "found")
	if got := p.Records.Get("job").Shows.After; !slices.Equal(got, []string{"ask.named"}) { // kind is shown before, never is never
		t.Errorf("the packet holds %v", got)
	}
}
