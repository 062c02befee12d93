package program

import (
	"slices"
	"strings"

	"linqiao/domain"
)

// Device says what the reports of things that people carry do: a watch that asks
// for help opens a record about its wearer.
type Device struct {
	Key, Label string
	Of         string // the thing record whose `code` is the device's number
	Raises     string // record.move, made at an alarm
	Position   string // field of the raised record that takes the position
	Number     string // field of the raised record that takes the device's number
	Reach      int    // km from the wearer's home beyond which a position is doubtful
	Battery    int    // percent below which `tells` hear of it
	Silent     Span   // without contact for so long, `tells` hear of it
	Tells      []string
}

// deviceReach is how far a position may lie from home before it is doubted, in km:
// a day's outing within a prefecture.
const deviceReach = 60

func (s *source) device(key string, n *node) *Device {
	d := &Device{Key: key, Label: n.str("label"), Of: n.str("of"), Raises: n.str("raises"), Position: n.str("position"), Number: n.str("number"),
		Reach: deviceReach, Battery: s.num(n, "battery"), Silent: s.span(n, "silent", nil), Tells: s.roles(n, "tells")}
	if n.has("reach") {
		d.Reach = s.num(n, "reach")
	}
	s.ownRecord(n.get("of"))
	s.later(func() { s.checkDevice(d, n) })
	return d
}

func (s *source) checkDevice(d *Device, n *node) {
	if t := s.p.Records.Get(d.Of); t != nil && (t.Noun != domain.Thing || !slices.Equal(t.Unique, []string{"code"})) {
		s.fault(n.get("of"), "bad-device", "设备须是物件，且 unique: [code]", "一个编码只属于一件")
	}
	key, move, _ := strings.Cut(d.Raises, ".")
	t := s.p.Records.Get(key)
	if t == nil || t.Moves.Get(move) == nil || !t.Moves.Get(move).Intake() {
		s.fault(n.get("raises"), "unresolved", "没有可以新建的“"+d.Raises+"”", "写 record.move，且该操作没有 from")
		return
	}
	if f := t.Fields.Get(d.Position); d.Position != "" && (f == nil || f.Type != TypePlace) {
		s.fault(n.get("position"), "unknown-field", "“"+key+"”没有位置字段“"+d.Position+"”", "")
	}
	if f := t.Fields.Get(d.Number); d.Number != "" && (f == nil || f.Type != TypeText) {
		s.fault(n.get("number"), "unknown-field", "“"+key+"”没有文字字段“"+d.Number+"”", "")
	}
}
