package record

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"linqiao/domain"
	"linqiao/kernel/program"
)

// What is handed in without a name may name nobody else either: an opinion is
// about a matter. Looked for are numbers that belong to one person, somebody who
// gives his own name, a surname with a title, and the full names of those whom the
// caller knows to be near: the county's staff and who was chosen for the talk.

// surnames are the commonest single ones; a title or a known name must follow for
// one of them to count.
const surnames = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"

const titles = "主任|科长|处长|局长|书记|经理|部长|厂长|总监|主管|班长|组长|队长|站长|所长|校长|院长|老师|师傅|大夫|医生|护士长|主席|会计|某某|某"

var (
	ownNumber  = regexp.MustCompile(`(^|\D)(1[3-9]\d[ -]?\d{4}[ -]?\d{4}|\d{17}[\dXx])(\D|$)`)
	ownName    = regexp.MustCompile(`(我叫|我是|本人|姓名[:：]?|我的名字是)[` + surnames + `][\p{Han}]{1,2}([，。、；,.\s]|$)`)
	titledName = regexp.MustCompile(`[` + surnames + `][\p{Han}]{0,2}(` + titles + `)`)
)

// nameFinder is the part of a World that knows full names: is any of them a
// member of staff, or somebody chosen for a record?
type nameFinder interface {
	NamesOf(rec *domain.Record, names []string) (bool, error)
}

// namesNobody refuses texts of a nameless record that name somebody.
func (u *Unit) namesNobody(r *Row, mv *program.Move, vals map[string]any) error {
	if r.T.Identity != "none" || !mv.Intake() {
		return nil
	}
	e := domain.E(domain.KindInvalid, "fields_invalid")
	for _, k := range slices.Sorted(maps.Keys(vals)) {
		s, ok := vals[k].(string)
		f := FieldOf(r.T, k)
		if !ok || f == nil || f.Type != program.TypeText {
			continue
		}
		named, err := u.names(r, s)
		if err != nil {
			return err
		}
		if named {
			e.With("fields."+k, "names_somebody", "label", f.Label)
		}
	}
	if len(e.Fields) > 0 {
		return e
	}
	return nil
}

func (u *Unit) names(r *Row, s string) (bool, error) {
	if ownNumber.MatchString(s) || ownName.MatchString(s) || titledName.MatchString(s) {
		return true, nil
	}
	w, ok := u.w.(nameFinder)
	if !ok {
		return false, nil
	}
	if list := nameLike(s); len(list) > 0 {
		return w.NamesOf(r.Record, list)
	}
	return false, nil
}

// nameLikeMost bounds how many names one text may be asked about.
const nameLikeMost = 400

// nameLike cuts out what could be a full name: a surname and one or two characters.
func nameLike(s string) []string {
	var out []string
	runes := []rune(s)
	for i, c := range runes {
		if !strings.ContainsRune(surnames, c) {
			continue
		}
		for n := 2; n <= 4 && i+n <= len(runes); n++ {
			if len(out) == nameLikeMost {
				return out
			}
			out = append(out, string(runes[i:i+n]))
		}
	}
	return out
}
