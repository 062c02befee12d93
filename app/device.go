package app

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/hex"
	"strings"
	"time"

	"linqiao/domain"
	"linqiao/kernel/program"
	"linqiao/kernel/record"
)

// Reports of devices. A watch repeats itself, is late, and is sometimes wrong; a
// child that calls for help is none of that. So: a report that says nothing new
// changes nothing, an alarm is never dropped for a bad position or an old clock,
// and what was answered is on the disk.

const (
	reportGap   = 10 * time.Second // positions nearer in time are one
	alarmGap    = time.Minute      // the same alarm within it is one press of the button
	reportOld   = 24 * time.Hour   // an older report is no place to look for anybody
	clockAhead  = 5 * time.Minute  // a device's clock may run so far ahead
	batteryRise = 10               // percent above the mark before a low battery is told anew
	reportTries = 20               // of a report that loses races against others of its device
	alarmSOS    = "sos"
	toldLow     = "low"
	toldSilent  = "silent"
)

// ReportResult says what became of reports.
type ReportResult struct {
	Taken   int `json:"taken"`
	Unknown int `json:"unknown"` // of devices that nobody has given out
}

// Reports takes reports of devices in, each durably before it is answered. The
// answer says nothing about whose device it is.
func (a *App) Reports(ctx context.Context, county domain.CountyCode, list []domain.Report) (out ReportResult, err error) {
	for i := range list {
		known := false
		var err error
		for range reportTries { // many reports of one watch at once: each waits for its turn
			if err = a.write(ctx, System(county), func(w *work) (err error) {
				known, err = w.report(&list[i])
				return err
			}); err == nil || !lostRace(err) {
				break
			}
		}
		if err != nil {
			return out, err
		}
		if known {
			out.Taken++
		} else {
			out.Unknown++
		}
	}
	return out, nil
}

// deviceOf finds the thing in use that has the number.
func (w *work) deviceOf(number string) (*program.Program, *program.Device, *domain.Record, error) {
	if number == "" || len(number) > 40 {
		return nil, nil, nil, nil
	}
	for _, p := range w.set.set.Programs.All() {
		for _, d := range p.Devices.All() {
			rec, err := orNil(w.tx.RecordByUnique(p.Key, d.Of, "code="+number+";"))
			if err != nil {
				return nil, nil, nil, err
			}
			if rec != nil && rec.Phase == domain.PhaseLive && wearerOf(rec) != "" {
				return p, d, rec, nil
			}
		}
	}
	return nil, nil, nil, nil
}

// wearerOf is whom a thing was given to, else whom its record is about.
func wearerOf(rec *domain.Record) domain.PartyID {
	if id := asText(rec.Data["holder"]); id != "" {
		return domain.PartyID(id)
	}
	return rec.Subject
}

// report takes one report in; false when no such device is in use.
func (w *work) report(in *domain.Report) (bool, error) {
	p, d, thing, err := w.deviceOf(in.Number)
	if d == nil || err != nil {
		return false, err
	}
	st, err := orNil(w.tx.Device(thing.ID))
	if err != nil {
		return false, err
	}
	if st == nil {
		st = &domain.Device{Record: thing.ID, Program: p.Key, Key: d.Key, Battery: -1, Secret: map[string]any{}}
	}
	at, late := w.reportTime(in.At)
	alarm := in.Alarm == alarmSOS && (st.AlarmAt.IsZero() || at.Sub(st.AlarmAt) >= alarmGap || st.AlarmAt.Sub(at) >= alarmGap)
	repeat := in.Alarm == alarmSOS && !alarm
	moved := in.Placed && !late && at.Sub(st.At) >= reportGap
	fresh := w.Now().Sub(st.SeenAt) >= reportGap
	low := d.Battery > 0 && in.Battery >= 0 && (in.Battery < d.Battery) != (st.Told == toldLow)
	if !alarm && !repeat && !moved && !fresh && !low {
		return true, nil // nothing new: nothing is written
	}
	place := w.placeOf(d, thing, st, in)
	st.SeenAt = w.Now()
	if st.Told == toldSilent {
		st.Told = ""
	}
	if moved && place != nil && place["doubt"] != true {
		st.At, st.Secret["place"] = at, place
	}
	if err := w.battery(p, d, thing, st, in.Battery); err != nil {
		return false, err
	}
	if repeat {
		st.Alarms++
	}
	if alarm {
		st.AlarmAt, st.Alarms = at, 1
	}
	if err := w.tx.SaveDevice(st); err != nil {
		return false, err
	}
	if alarm {
		return true, w.alarm(p, d, thing, st, in, at, place)
	}
	return true, nil
}

// reportTime is when a report holds: by the device's clock where that can be true.
func (w *work) reportTime(at time.Time) (_ time.Time, late bool) {
	now := w.Now()
	switch {
	case at.IsZero() || at.After(now): // a clock that runs ahead
		return now, !at.IsZero() && at.Sub(now) > clockAhead
	case now.Sub(at) > reportOld:
		return now, true
	}
	return at.UTC().Truncate(time.Millisecond), false
}

// placeOf is the position as a place, marked where it cannot be trusted: out of the
// country, or farther from home and from the last good one than the program allows.
func (w *work) placeOf(d *program.Device, thing *domain.Record, st *domain.Device, in *domain.Report) map[string]any {
	if !in.Placed {
		return nil
	}
	place := map[string]any{"lat": in.Lat, "lng": in.Lng}
	if !inChina(in.Lat, in.Lng) || !w.withinReach(d, thing, st, in) {
		place["doubt"] = true
	}
	return place
}

// inChina: the box round the country. Nought by nought is what a watch without a fix says.
func inChina(lat, lng float64) bool { return lat > 3.8 && lat < 53.6 && lng > 73.4 && lng < 135.1 }

func (w *work) withinReach(d *program.Device, thing *domain.Record, st *domain.Device, in *domain.Report) bool {
	var known [][2]float64
	if p, err := w.Party(wearerOf(thing)); err == nil && p.Lat != 0 {
		known = append(known, [2]float64{p.Lat, p.Lng})
	}
	if last, ok := st.Secret["place"].(map[string]any); ok {
		lat, _ := last["lat"].(float64)
		lng, _ := last["lng"].(float64)
		known = append(known, [2]float64{lat, lng})
	}
	if g, err := w.Region(thing.Region); len(known) == 0 && err == nil && g.Lat != 0 {
		known = append(known, [2]float64{g.Lat, g.Lng})
	}
	for _, k := range known {
		if record.Haversine(k[0], k[1], in.Lat, in.Lng) <= float64(d.Reach)*1000 {
			return true
		}
	}
	return len(known) == 0
}

// battery tells once that a battery runs low, and again after it was charged.
func (w *work) battery(p *program.Program, d *program.Device, thing *domain.Record, st *domain.Device, percent int) error {
	if percent < 0 {
		return nil
	}
	st.Battery = percent
	switch {
	case d.Battery > 0 && percent < d.Battery && st.Told == "":
		st.Told = toldLow
		return w.tellDevice(p, d, thing, d.Label+"电量低，请提醒充电："+codeTail(thing))
	case st.Told == toldLow && percent >= d.Battery+batteryRise:
		st.Told = ""
	}
	return nil
}

// codeTail names a device without naming its wearer.
func codeTail(thing *domain.Record) string {
	code := asText(thing.Data["code"])
	return "尾号 " + code[max(0, len(code)-4):]
}

func (w *work) tellDevice(p *program.Program, d *program.Device, thing *domain.Record, text string) error {
	var to []domain.AccountID
	rows, err := w.runningOf(p.Key, wearerOf(thing))
	if err != nil {
		return err
	}
	recs := []*domain.Record{thing}
	for _, r := range rows {
		recs = append(recs, r.Record)
	}
	for _, k := range d.Tells {
		role := p.Roles.Get(k)
		for _, rec := range recs {
			if role == nil || role.Is == "owner" && len(role.Of) > 0 && rec.Key != role.Of[0] {
				continue
			}
			list, err := w.holders(role, rec)
			if err != nil {
				return err
			}
			to = append(to, list...)
		}
	}
	return w.tell(telling{program: p.Key, message: "device", text: text, record: thing}, to)
}

// alarm opens what the program opens at a call for help, or joins what runs.
func (w *work) alarm(p *program.Program, d *program.Device, thing *domain.Record, st *domain.Device, in *domain.Report, at time.Time, place map[string]any) error {
	key, move, _ := strings.Cut(d.Raises, ".")
	t := p.Records.Get(key)
	act := record.Act{Subject: wearerOf(thing), Channel: "device", At: at}
	preset := map[string]any{}
	if d.Number != "" {
		preset[d.Number] = in.Number
	}
	switch {
	case place == nil || place["doubt"] == true:
		act.Text = "手表没有可用的位置，请先联系监护人，到住处查找"
		if place != nil {
			act.Text = "手表报告的位置不可信，未采用；请先联系监护人，到住处查找"
		}
		if last, ok := st.Secret["place"].(map[string]any); ok && d.Position != "" {
			preset[d.Position] = last // the last good one is better than none
			act.Text += "；所示位置是 " + st.At.In(domain.Beijing).Format("01-02 15:04") + " 的"
		}
	case d.Position != "":
		preset[d.Position] = place
	}
	if w.Now().Sub(in.At) > reportOld && !in.At.IsZero() {
		act.Text = strings.TrimPrefix(act.Text+"；手表的时钟为 "+in.At.In(domain.Beijing).Format("2006-01-02 15:04")+"，不可信", "；")
	}
	if t.Of != "" {
		rows, err := w.runningOf(p.Key, wearerOf(thing))
		if err != nil {
			return err
		}
		for _, r := range rows {
			if r.Key == t.Of {
				act.Parent = r.ID
				break
			}
		}
	}
	_, err := w.unit.Raise(p, t, t.Moves.Get(move), act, preset)
	return err
}

// DevicesDue tells once of every device that has not been heard of.
func (a *App) DevicesDue(ctx context.Context) (int, error) {
	n := 0
	err := a.counties(ctx, func(county domain.CountyCode) error {
		return a.write(ctx, System(county), func(w *work) error {
			for _, p := range w.set.set.Programs.All() {
				for _, d := range p.Devices.All() {
					k, err := w.silentDevices(p, d)
					if err != nil {
						return err
					}
					n += k
				}
			}
			return nil
		})
	})
	return n, err
}

func (w *work) silentDevices(p *program.Program, d *program.Device) (int, error) {
	if d.Silent.IsZero() {
		return 0, nil
	}
	list, err := w.tx.QuietDevices(p.Key, d.Key, w.app.cal.Before(w.Now(), d.Silent.N, d.Silent.Unit), tickBatch)
	if err != nil {
		return 0, err
	}
	for i := range list {
		st := &list[i]
		st.Told = toldSilent
		if err := w.tx.SaveDevice(st); err != nil {
			return 0, err
		}
		thing, err := w.tx.Record(st.Record)
		if err != nil {
			return 0, err
		}
		if thing.Phase != domain.PhaseLive {
			continue
		}
		if err := w.tellDevice(p, d, thing, d.Label+"失去联系，请查看："+codeTail(thing)); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// DeviceView is what a reader of a thing's record sees of its reports.
type DeviceView struct {
	Seen    *time.Time     `json:"seen,omitempty"`
	At      *time.Time     `json:"at,omitempty"`
	Place   map[string]any `json:"place,omitempty"`
	Battery *int           `json:"battery,omitempty"`
	State   string         `json:"state"` // ok, low, silent, new
	Alarms  int64          `json:"alarms,omitempty"`
}

// viewDevice shows how a device fares; its last position only to who reads sensitive data.
func (w *work) viewDevice(r *record.Row, s sight, v *RecordView) error {
	if r.Noun != domain.Thing || !s.full {
		return nil
	}
	for _, d := range r.P.Devices.All() {
		if d.Of != r.Key {
			continue
		}
		st, err := orNil(w.tx.Device(r.ID))
		if err != nil {
			return err
		}
		v.Device = &DeviceView{State: "new"}
		if st == nil {
			return nil
		}
		v.Device = &DeviceView{Seen: instant(st.SeenAt), State: orElse(st.Told, "ok"), Alarms: st.Alarms}
		if st.Battery >= 0 {
			v.Device.Battery = &st.Battery
		}
		if place, ok := st.Secret["place"].(map[string]any); ok && s.class >= domain.Sensitive {
			v.Device.Place, v.Device.At = place, instant(st.At)
		}
	}
	return nil
}

func orElse(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// viewTracks shows the positions of tracked fields to who may read the field.
func (w *work) viewTracks(r *record.Row, s sight, v *RecordView) {
	for k, f := range r.T.Fields.All() {
		if !f.Track || !s.may(r, f) {
			continue
		}
		if list, ok := r.Value(record.TrackKey(k)).([]any); ok {
			if v.Tracks == nil {
				v.Tracks = map[string][]any{}
			}
			v.Tracks[k] = list
		}
	}
}

// GatewayView is a platform that passes reports on. Its key is shown once.
type GatewayView struct {
	ID      string      `json:"id"`
	Name    string      `json:"name"`
	Active  bool        `json:"active"`
	Created time.Time   `json:"created"`
	By      *AccountRef `json:"by,omitempty"`
	Last    *time.Time  `json:"last,omitempty"`
	Path    string      `json:"path"`
	Key     string      `json:"key,omitempty"`
}

func (w *work) gatewayView(g *domain.Gateway) GatewayView {
	v := GatewayView{ID: g.ID, Name: g.Name, Active: g.Active, Created: g.Created, Last: instant(g.LastAt),
		Path: "/api/v1/devices/" + string(w.who.County) + "-" + g.ID + "/reports"}
	v.By, _ = w.actorOf(g.By)
	return v
}

// Gateways lists the platforms that may pass reports on.
func (a *App) Gateways(ctx context.Context, who *Who) (l List[GatewayView], err error) {
	err = a.read(ctx, who, func(w *work) error {
		list, err := w.tx.Gateways()
		out := make([]GatewayView, 0, len(list))
		for i := range list {
			out = append(out, w.gatewayView(&list[i]))
		}
		l = listOf(out, "")
		return err
	})
	return l, err
}

// CreateGateway lets a platform pass reports on, and gives its key.
func (a *App) CreateGateway(ctx context.Context, who *Who, name string) (v *GatewayView, err error) {
	if name = strings.TrimSpace(name); name == "" {
		return nil, domain.E(domain.KindInvalid, "fields").With("name", "required")
	}
	raw := make([]byte, 24)
	if _, err := rand.Read(raw); err != nil {
		return nil, err
	}
	key := hex.EncodeToString(raw)
	err = a.write(ctx, who, func(w *work) error {
		g := &domain.Gateway{Name: cutText(name, 80), Hash: passHash(key), Active: true, By: who.Account}
		if err := w.tx.InsertGateway(g); err != nil {
			return err
		}
		x := w.gatewayView(g)
		v = &x
		v.Key = key
		return w.audit("gateway_create", "gateway/"+g.ID, "", nil)
	})
	return v, err
}

// StopGateway takes a platform's key back.
func (a *App) StopGateway(ctx context.Context, who *Who, id string) error {
	return a.write(ctx, who, func(w *work) error {
		if _, err := w.tx.Gateway(id); err != nil {
			return domain.NotFound("gateway")
		}
		if err := w.tx.StopGateway(id); err != nil {
			return err
		}
		return w.audit("gateway_stop", "gateway/"+id, "", nil)
	})
}

// gatewayWrong bounds the tries with a wrong key from one address.
const gatewayWrong = 20

// GatewayReports takes in what a platform passes on: `address` is the county and its
// id, as in its path.
func (a *App) GatewayReports(ctx context.Context, address, key string, from Client, list []domain.Report) (out ReportResult, err error) {
	code, id, ok := strings.Cut(address, "-")
	tries := "gateway/" + from.Address
	if !ok || a.door.full(tries, gatewayWrong, wrongFor, a.Now()) {
		return out, domain.E(domain.KindUnauthenticated, "gateway_key")
	}
	county := domain.CountyCode(code)
	known := false
	err = a.write(ctx, System(county), func(w *work) error {
		g, err := orNil(w.tx.Gateway(id))
		if err != nil {
			return err
		}
		known = g != nil && g.Active && subtle.ConstantTimeCompare([]byte(passHash(key)), []byte(g.Hash)) == 1
		if !known || w.Now().Sub(g.LastAt) < time.Minute {
			return nil
		}
		return w.tx.TouchGateway(id)
	})
	if err != nil && domain.KindOf(err) != domain.KindNotFound {
		return out, err
	}
	if !known {
		a.door.count(tries, wrongFor, a.Now())
		return out, domain.E(domain.KindUnauthenticated, "gateway_key")
	}
	return a.Reports(ctx, county, list)
}
