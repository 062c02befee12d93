package program

import (
	"slices"

	"linqiao/domain"
)

// Masks of a notice: how a value that may not be published as it is may be
// published at all. A mask lowers a value to public from personal at most; what is
// sensitive or sealed is not published under any mask.
const (
	MaskSurname = "surname" // the first character of a name
	MaskLast4   = "last4"   // the last four characters of a number
	MaskMonth   = "month"   // year and month of a day
	MaskRange   = "range"   // the band 1–2–5 that a number lies in
	MaskFaces   = "faces"   // photographs: their number, no picture
)

const maskCeiling = domain.Personal

// maskTypes are the field types that a mask can cover.
var maskTypes = map[string][]FieldType{
	MaskSurname: {TypeText, TypePerson, TypeParty, TypeAccount},
	MaskLast4:   {TypeText, TypePhone},
	MaskMonth:   {TypeDate, TypeTime},
	MaskRange:   {TypeInt, TypeNumber, TypeMoney, TypeBP},
	MaskFaces:   {TypePhoto, TypeFile},
}

// usualMasks are the masks of a type when the notice names none. A type that is
// not here cannot be masked.
var usualMasks = map[FieldType]string{
	TypeText: MaskSurname, TypePerson: MaskSurname, TypeParty: MaskSurname, TypeAccount: MaskSurname, TypePhone: MaskLast4,
	TypeDate: MaskMonth, TypeTime: MaskMonth, TypeInt: MaskRange, TypeNumber: MaskRange, TypeMoney: MaskRange, TypeBP: MaskRange,
	TypePhoto: MaskFaces, TypeFile: MaskFaces,
}

// MaskOf is the mask that a notice puts over a column: the one it names, else the
// usual one of the column's type; "" for a column shown as it is. A column that is
// no declared field (the name of an account's holder) is taken as a text.
func (nt *Notice) MaskOf(c *Col) string {
	m, ok := nt.Mask[c.Path]
	if !ok || m != "" {
		return m
	}
	return usualMasks[typeOfCol(c)]
}

// UsualMask is how a field is covered where nothing says how; "" when it cannot be.
func UsualMask(f *Field) string { return usualMasks[f.Type] }

func typeOfCol(c *Col) FieldType {
	if c.Field == nil {
		return TypeText
	}
	return c.Field.Type
}

// checkMask refuses a mask that does not exist, does not fit, or would cover what
// may not be published at all.
func (s *source) checkMask(nt *Notice, n *node, i int, cls domain.Class, known bool) {
	path := nt.Show[i]
	at := at(n.get("show"), i)
	if known && cls > maskCeiling {
		s.fault(at, "class-too-high", "“"+path+"”是 "+cls.String()+"，遮盖后也不能公布", "不公布这一列")
		return
	}
	col := &nt.Cols[i]
	mask := nt.Mask[path]
	types, ok := maskTypes[mask]
	switch typ := typeOfCol(col); {
	case mask == "" && usualMasks[typ] == "":
		s.fault(at, "bad-mask", "“"+path+"”这种类型没有通行的遮盖方法", "不公布这一列")
	case mask == "":
	case !ok:
		s.fault(at, "bad-mask", "没有“"+mask+"”这种遮盖", "可选：surname last4 month range faces")
	case col.Field != nil && !slices.Contains(types, typ):
		s.fault(at, "bad-mask", "“"+path+"”是 "+string(typ)+"，不能用 "+mask+" 遮盖", "换一种遮盖")
	}
}

// publishedClass is the class of a column for publication: a field that holds a
// person names that person, whatever the class of the row it stands in.
func publishedClass(c *Col, cls domain.Class) domain.Class {
	switch typeOfCol(c) {
	case TypePerson, TypeAccount, TypePhone:
		return max(cls, domain.Personal)
	}
	return cls
}
