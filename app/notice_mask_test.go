package app

import (
	"testing"

	"linqiao/kernel/program"
)

func TestMaskCell(t *testing.T) {
	money := &program.Field{Type: program.TypeMoney}
	age := &program.Field{Type: program.TypeInt, Unit: "岁"}
	for _, c := range []struct {
		mask  string
		field *program.Field
		value any
		shown string
		want  string
	}{
		{"surname", nil, "x", "欧阳海", "欧**"},
		{"surname", nil, "x", "王", "*"},
		{"surname", nil, "x", "王芳、李四", "王*、李*"},
		{"last4", nil, "x", "13800138000", "*******8000"},
		{"last4", nil, "x", "1234567", "*******"},
		{"month", nil, "2026-02-14", "2026-02-14", "2026-02"},
		{"month", nil, "2026-02-28T16:30:00Z", "", "2026-03"}, // already March in Beijing
		{"month", nil, "soon", "soon", "—"},
		{"range", age, int64(37), "37", "20–50岁"},
		{"range", age, int64(50), "50", "50–100岁"},
		{"range", age, int64(0), "0", "1岁以下"},
		{"range", money, int64(4_580_000), "45800元", "2万–5万元"},
		{"range", money, int64(100), "1元", "1–2元"},
		{"range", money, int64(-100), "-1元", "0元以下"},
		{"range", money, "much", "much", "—"},
		{"faces", nil, []any{"a", "b"}, "2张", "照片2张"},
		{"unknown", nil, "x", "x", "—"},
		{"surname", nil, nil, "", "—"},
	} {
		if got := maskCell(c.mask, c.field, c.value, c.shown); got != c.want {
			t.Errorf("%s of %v is %q, want %q", c.mask, c.value, got, c.want)
		}
	}
}
