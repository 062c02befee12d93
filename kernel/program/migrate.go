package program

import (
	"fmt"
	"slices"
	"strings"
)

// CheckMigrate holds a new version's `migrate` to its promise: every stage in
// which a record of the old version may stand has a place in the new one, and no
// field is lost unless it is dropped by name.
func CheckMigrate(old, new *Program) []Issue {
	c := &migration{old: old, new: new, m: new.Migrate}
	if c.m == nil {
		c.m = &Migrate{From: old.Version}
	}
	if new.Version <= old.Version {
		c.add("version", "bad-migrate", fmt.Sprintf("新版本 %d 须大于旧版本 %d", new.Version, old.Version), "")
	}
	if c.m.From != old.Version {
		c.add("migrate.from", "bad-migrate", fmt.Sprintf("migrate.from 是 %d，现行版本是 %d", c.m.From, old.Version), "")
	}
	for key, rt := range old.Records.All() {
		c.record(key, rt)
	}
	c.targets()
	return sortIssues(c.issues)
}

type migration struct {
	old, new *Program
	m        *Migrate
	issues   []Issue
}

func (c *migration) add(path, code, msg, hint string) {
	c.issues = append(c.issues, Issue{File: c.new.Key + "/program.yaml", Path: path, Rule: code, Msg: msg, Hint: hint})
}

func (c *migration) dropped(addr string) bool { return slices.Contains(c.m.Drop, addr) }

func (c *migration) record(key string, old *RecordType) {
	now := c.new.Records.Get(key)
	if now == nil {
		if !c.dropped(key) {
			c.add("records."+key, "lost-record", "新版本没有记录“"+old.Label+"”", "写进 migrate.drop，或保留它")
		}
		return
	}
	if now.Noun != old.Noun {
		c.add("records."+key+".is", "changed-noun", "记录“"+old.Label+"”换了名词", "换一个新的记录键")
	}
	for st, s := range old.Stages.All() {
		to, mapped := c.m.Stages[key+"."+st]
		if !mapped {
			to = st
		}
		if !now.Stages.Has(to) {
			c.add("records."+key+".stages."+st, "unmapped-stage", "旧阶段“"+s.Label+"”在新版本没有去处", "在 migrate.stages 写 "+key+"."+st+": 新阶段")
		}
	}
	for fk, f := range old.Fields.All() {
		c.field(key, fk, f, now)
	}
}

func (c *migration) field(key, fk string, f *Field, now *RecordType) {
	addr := key + "." + fk
	if c.dropped(addr) || f.Calc != nil {
		return
	}
	to, mapped := c.m.Fields[addr]
	if !mapped {
		to = fk
	}
	nf := now.Fields.Get(to)
	switch {
	case nf == nil:
		c.add("records."+key+".fields."+fk, "lost-field", "字段“"+f.Label+"”在新版本没有去处", "在 migrate.fields 写 "+addr+": 新字段，或写进 drop")
	case nf.Type != f.Type || nf.Many != f.Many:
		c.add("records."+key+".fields."+to, "changed-type", "字段“"+f.Label+"”的类型由 "+string(f.Type)+" 改为 "+string(nf.Type), "换一个新的字段键，旧的写进 drop")
	case f.Type == TypeChoice:
		c.options(addr, f, nf)
	}
}

// options: an option that data may hold does not vanish.
func (c *migration) options(addr string, old, now *Field) {
	if old.List == nil || now.List == nil || now.List.Open {
		return
	}
	for k := range old.List.Options.All() {
		if !now.List.Options.Has(k) {
			c.add("fields."+addr, "removed-option", "选项“"+k+"”在新版本没有了，数据里可能还有", "保留这个选项")
		}
	}
}

// targets: what migrate names must exist.
func (c *migration) targets() {
	for from, to := range c.m.Stages {
		key, st, _ := strings.Cut(from, ".")
		if rt := c.old.Records.Get(key); rt == nil || !rt.Stages.Has(st) {
			c.add("migrate.stages."+from, "unresolved", "旧版本没有阶段“"+from+"”", "")
		} else if now := c.new.Records.Get(key); now != nil && !now.Stages.Has(to) {
			c.add("migrate.stages."+from, "unresolved", "新版本没有阶段“"+to+"”", "")
		}
	}
	for from := range c.m.Fields {
		key, f, _ := strings.Cut(from, ".")
		if rt := c.old.Records.Get(key); rt == nil || !rt.Fields.Has(f) {
			c.add("migrate.fields."+from, "unresolved", "旧版本没有字段“"+from+"”", "")
		}
	}
}
