package app

import (
	"strings"
	"testing"

	"linqiao/domain"
	"linqiao/store/storetest"
)

// depotProgram keeps a catalogue and lines of purchases below it; a line above the
// price of the catalogue opens a lead.
const depotProgram = `program: depot
version: 1
title: 采购
class: internal
roles:
  buyer: {label: 采购员, is: area, held_by: {org: depot}, read: personal, figures: all}
  other: {label: 旁观, is: area, held_by: {org: other}, read: {good: public}}
lists:
  mode: {label: 方式, options: {joint: 联合, own: 自采}}
records:
  good:
    label: 目录
    is: thing
    for: none
    class: public
    unique: [code]
    keep: 1y
    fields:
      name:  {label: 名称, type: text}
      unit:  {label: 计价单位, type: text}
      limit: {label: 限价, type: money}
    stages:
      listed: {label: 在册, phase: live}
      ended:  {label: 撤销, phase: ended}
    moves:
      list: {label: 列入, to: listed, by: buyer, channels: [import, console], need: [code, name, unit, limit]}
      drop: {label: 撤销, from: listed, to: ended, by: buyer}
  line:
    label: 明细
    is: item
    of: good
    for: organization
    unique: [order_no, line]
    keep: 1y
    fields:
      order_no: {label: 单号, type: text}
      line:     {label: 行, type: int}
      mode:     {label: 方式, list: mode}
      unit:     {label: 计价单位, type: text}
      qty:      {label: 数量, type: int}
      price:    {label: 单价, type: money}
      day:      {label: 日期, type: date}
    stages:
      booked: {label: 已入账, phase: open}
      void:   {label: 冲销, phase: void}
    moves:
      load:
        label: 导入明细
        to: booked
        by: buyer
        channels: [import]
        need: [order_no, line, unit, qty, price, day, mode]
        guard: [{if: "unit == parent.unit", say: "计价单位“{unit}”与目录“{parent.unit}”不同，请先换算成同一单位"}]
        do: [{open: lead.price, when: "price > parent.limit", with: {line: it}}]
      void: {label: 冲销, from: booked, to: void, by: buyer}
  lead:
    label: 线索
    is: case
    for: [organization, none]
    keep: 1y
    fields: {line: {label: 明细, type: ref, to: line}}
    stages:
      open: {label: 受理, phase: open}
      done: {label: 办结, phase: done}
    moves:
      price: {label: 比价, to: open}
      close: {label: 办结, from: open, to: done, by: buyer}
  photo:
    label: 照片件
    is: case
    for: none
    keep: 1y
    fields: {shot: {label: 照片, type: photo}}
    stages: {open: {label: 受理, phase: open}, done: {label: 办结, phase: done}}
    moves:
      take:  {label: 受理, to: open, by: buyer, channels: [import], need: [shot]}
      close: {label: 办结, from: open, to: done, by: buyer}
stats:
  lines: {label: 明细数, flow: line.load}
  leads: {label: 线索数, flow: lead.price}
`

const goodsCSV = "编码,名称,计价单位,限价（万元）\nA1,阿司匹林,盒,0.01\nB2,注射液,支,20元\nA1,又一个,盒,1\n"

// TestImportRecords: the records of a kind whose intake takes imports come from a
// table with the rights and guards of the single act. Units that are mixed are named
// by row, column and mend; nothing is written before the word; all that a row did is
// taken back, but for what has moved on.
func TestImportRecords(t *testing.T) {
	for _, e := range storetest.Engines(t) {
		t.Run(e.Name, func(t *testing.T) { importRecords(t, newDeskWith(t, e, "depot", depotProgram)) })
	}
}

func importRecords(t *testing.T, c *desk) {
	buyer := c.staff("cai", "depot", "440902", "")
	other := c.staff("kan", "other", "440902", "")
	kinds, err := c.a.ImportKinds(t.Context(), buyer)
	if err != nil {
		t.Fatal(err)
	}
	offered := map[string]ImportKind{}
	for _, k := range kinds.Items {
		if k.Kind == ImportRecords {
			offered[k.Record] = k
		}
	}
	if len(offered) != 2 || offered["line"].Label != "采购·明细" || len(offered["line"].Fields) != 10 {
		t.Fatalf("offered: %+v", offered)
	}
	goods := ImportAct{Kind: ImportRecords, Program: "depot", Record: "good"}
	lines := ImportAct{Kind: ImportRecords, Program: "depot", Record: "line"}
	for _, in := range []ImportAct{goods, lines} {
		if _, err := c.a.Import(t.Context(), other, Once{}, in, strings.NewReader(goodsCSV)); domain.CodeOf(err) != "import_forbidden" {
			t.Errorf("whoever may not take them in: %v", err)
		}
	}
	_, err = c.a.Import(t.Context(), buyer, Once{}, ImportAct{Kind: ImportRecords, Program: "depot", Record: "lead"}, strings.NewReader(goodsCSV))
	wantCode(t, err, "import_not_records")

	v, rows := c.checked(buyer, goods, []byte(goodsCSV))
	if v.Counts.Good != 2 || faultsOf(rows[2]) != "编码:duplicate_in_file" {
		t.Fatalf("goods: %+v %+v", v.Counts, rows)
	}
	c.confirm(buyer, v.ID, ConfirmAct{SkipBad: true})
	if l, err := c.a.Records(t.Context(), buyer, RecordQuery{Program: "depot", Record: "good"}); err != nil || len(l.Items) != 2 {
		t.Fatalf("goods on file: %+v %v", l.Items, err)
	}
	hospitals(t, c)
	mixedUnits(t, c, buyer, lines)
}

// hospitals puts two buyers on file; of the second name there are two.
func hospitals(t *testing.T, c *desk) {
	admin := c.staff("admin", "county_office", "440902", RoleAdmin)
	v, _ := c.checked(admin, ImportAct{Kind: ImportGroups}, []byte("团体名称,统一社会信用代码,所在镇街\n第一医院,91350100M000100Y43,金塘镇\n卫生院,,金塘镇\n卫生院,,公馆镇\n"))
	if done := c.confirm(admin, v.ID, ConfirmAct{}); done.Written != 3 {
		t.Fatalf("hospitals: %+v", done)
	}
}

func mixedUnits(t *testing.T, c *desk, buyer *Who, act ImportAct) {
	const file = `二〇二六年采购明细
目录编码,团体,单号,行,方式,计价单位,数量,单价,日期
A1,第一医院,D1,1,联合,盒,100,95元,2026-03-01
A1,第一医院,D1,2,联合,支,100,9.5,2026-03-01
A1,第一医院,D1,3,自采,盒,100盒,95,2026-03-01
A1,第一医院,D1,4,自采,盒,3,0.0095万元/盒,2026-03-01
B2,第一医院,D2,1,联合,支,2,0.003万元,2026年3月2日
C3,第一医院,D2,2,联合,支,2,15,2026-03-02
B2,无名医院,D2,3,联合,支,2,15,2026-03-02
B2,卫生院,D2,4,联合,支,2,15,2026-03-02
B2,第一医院,D2,1,联合,支,2,15,2026-03-02
`
	v, rows := c.checked(buyer, act, []byte(file))
	want := []string{"", "计价单位:guard", "数量:unit", "单价:unit", "", "目录编码:parent_unknown", "团体:subject_unknown", "团体:subject_ambiguous", "单号:duplicate_in_file"}
	if len(rows) != len(want) {
		t.Fatalf("%d rows: %+v", len(rows), rows)
	}
	for i, w := range want {
		if got := faultsOf(rows[i]); got != w {
			t.Errorf("row %d: %q, want %q", rows[i].Row, got, w)
		}
	}
	if n := rows[1].Notes[0]; rows[1].Row != 4 || n.Letter != "F" || n.Value != "支" || n.Message != "计价单位“支”与目录“盒”不同，请先换算成同一单位" {
		t.Errorf("mixed units: row %d %+v", rows[1].Row, n)
	}
	if n := rows[2].Notes[0]; n.Letter != "G" || !strings.Contains(n.Message, "“盒”") || !strings.Contains(n.Message, "换算成同一单位") {
		t.Errorf("a unit among numbers: %+v", n)
	}
	count := func(record string) int {
		l, err := c.a.Records(t.Context(), buyer, RecordQuery{Program: "depot", Record: record, Limit: 200})
		if err != nil {
			t.Fatal(err)
		}
		return len(l.Items)
	}
	if count("line") != 0 || count("lead") != 0 {
		t.Fatal("written before the word")
	}
	done := c.confirm(buyer, v.ID, ConfirmAct{SkipBad: true})
	if done.Written != 2 || count("line") != 2 || count("lead") != 1 { // 0.003万元 = 30 yuan, above 20
		t.Fatalf("written: %+v, %d lines, %d leads", done, count("line"), count("lead"))
	}
	sums(t, c, buyer, 2, 1)

	// The same file again: what is on file is not written a second time.
	again, rows := c.checked(buyer, act, []byte(file))
	if again.Counts.Duplicate != 3 || again.Can.Confirm || rows[0].OnFile == nil {
		t.Errorf("again: %+v %+v", again.Counts, rows[0])
	}

	// One line is voided by hand; the other, with the lead that it opened, is taken back.
	l, err := c.a.Records(t.Context(), buyer, RecordQuery{Program: "depot", Record: "line"})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range l.Items {
		if v, err := c.a.Record(t.Context(), buyer, r.ID); err != nil {
			t.Fatal(err)
		} else if v.Fields["order_no"] == "D1" {
			if err := c.a.Move(t.Context(), buyer, Once{}, r.ID, "void", Act{}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if u := c.takeBack(buyer, v.ID); u.Removed != 1 || u.Counts.Kept != 1 || count("line") != 1 || count("lead") != 0 {
		t.Errorf("taken back: %+v, %d lines, %d leads", u, count("line"), count("lead"))
	}
	if kept := c.rows(buyer, v.ID, "kept"); len(kept) != 1 || kept[0].Kept != "导入后被修改过" {
		t.Errorf("kept: %+v", kept)
	}
	sums(t, c, buyer, 1, 0)
}

// sums: the figures count what was imported, and no more what was taken back.
func sums(t *testing.T, c *desk, who *Who, lines, leads int64) {
	t.Helper()
	for stat, want := range map[string]int64{"lines": lines, "leads": leads} {
		v, err := c.a.Stat(t.Context(), who, "depot", stat, StatQuery{})
		if err != nil || v.Value != want {
			t.Errorf("%s: %+v %v, want %d", stat, v, err, want)
		}
	}
	if diff, err := c.a.RebuildAll(t.Context(), System(storetest.Home)); err != nil || len(diff) > 0 {
		t.Errorf("rebuild: %v %v", diff, err)
	}
}
