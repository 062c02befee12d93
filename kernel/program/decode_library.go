package program

import (
	"slices"

	"linqiao/domain"
)

// Library is a shelf of articles, sound and film: the live records of one kind,
// shown to everybody or to those who hold one of some roles. The names are those of
// the record's own fields.
type Library struct {
	Key, Label string
	Of         string // the offer record that is an item
	Title      string // text
	Text       string // text: the article, or what is said about a recording
	Media      string // file of sound or film; "" = articles only
	Transcript string // text: every word of the recording, for who cannot hear it
	Captions   string // file of timed captions (WebVTT)
	Topic      string // field with options
	To         []string
}

// Public reports whether everybody may read, also without signing in.
func (l *Library) Public() bool { return slices.Contains(l.To, "public") }

// LibraryOf gives the library whose items are records of a kind, nil for none.
func (p *Program) LibraryOf(record string) *Library {
	for _, l := range p.Libraries.All() {
		if l.Of == record {
			return l
		}
	}
	return nil
}

// audienceRoles are the ways to stand to a row by which a role can name an audience:
// those that are known of a person before he has opened anything.
var audienceRoles = []string{"self", "guardian", "area"}

func (s *source) library(key string, n *node) *Library {
	l := &Library{Key: key, Label: n.str("label"), Of: n.str("of"), Title: n.str("title"), Text: n.str("text"), Media: n.str("media"),
		Transcript: n.str("transcript"), Captions: n.str("captions"), Topic: n.str("topic"), To: n.strs("to")}
	s.ownRecord(n.get("of"))
	for _, v := range n.get("to").each() {
		if v.val != "public" {
			s.role(v)
		}
	}
	s.later(func() { s.checkLibrary(l, n) })
	return l
}

func (s *source) checkLibrary(l *Library, n *node) {
	t := s.p.Records.Get(l.Of)
	if t == nil {
		return // reported as unresolved
	}
	if other := s.p.LibraryOf(l.Of); other != l {
		s.fault(n.get("of"), "bad-library", "“"+t.Label+"”已是内容库“"+other.Label+"”的内容", "一种记录只进一个内容库")
	}
	if t.Noun != domain.Offer || t.Moves.Len() == 0 {
		s.fault(n.get("of"), "bad-library", "内容须是供给（is: offer），且有自己的操作", "写清起草、发布、撤下")
	}
	if t.Class != domain.Internal {
		s.fault(n.get("of"), "bad-library", "内容记录的级别须是 internal", "没有发布的不给人看；发布后由内容库给人看")
	}
	if (l.Media == "") != (l.Transcript == "") || l.Captions != "" && l.Media == "" {
		s.fault(n, "bad-library", "media 与 transcript 须同有同无，captions 须有 media", "音频、视频要有文字稿，听不见的人也能读")
	}
	for _, x := range []struct {
		word, field string
		typ         FieldType
	}{{"title", l.Title, TypeText}, {"text", l.Text, TypeText}, {"media", l.Media, TypeFile}, {"transcript", l.Transcript, TypeText}, {"captions", l.Captions, TypeFile}, {"topic", l.Topic, ""}} {
		if x.field == "" {
			continue
		}
		f := t.Fields.Get(x.field)
		switch {
		case f == nil || x.typ != "" && (f.Type != x.typ || f.Many) || x.typ == "" && f.List == nil:
			s.fault(n.get(x.word), "unknown-field", "“"+t.Label+"”没有合适的字段“"+x.field+"”", "title、text、transcript 是文字，media、captions 是一个文件，topic 有选项")
		case l.Public() && f.Class > domain.Public || f.Class > domain.Internal:
			s.fault(n.get(x.word), "class-too-high", "“"+f.Label+"”是 "+f.Class.String()+"，高于内容库给谁看", "给所有人看的字段写 class: public，给一些角色看的不高于 internal")
		case !l.Public() && f.Class == domain.Public:
			s.fault(n.get(x.word), "class-too-low", "“"+f.Label+"”是 public，内容库却只给一些角色看", "去掉 class: public")
		}
	}
	for i, k := range l.To {
		if r := s.p.Roles.Get(k); r != nil && !slices.Contains(audienceRoles, r.Is) {
			s.fault(at(n.get("to"), i), "bad-library", "“"+r.Label+"”不能作读者", "写 public，或 is 为 self、guardian、area 的角色")
		}
	}
}
