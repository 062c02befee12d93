package record

import (
	"time"

	"linqiao/kernel/program"
)

// trackMost bounds the positions that a record keeps of one field.
const trackMost = 500

// joinTracks gives the running record that a new report joins the positions of the
// report: the newest stands in front, all stay in the track.
func (u *Unit) joinTracks(old, r *Row) error {
	for k, f := range old.T.Fields.All() {
		place, ok := r.raw(k).(map[string]any)
		if !f.Track || !ok {
			continue
		}
		if err := u.Track(old, f, place, r.Created); err != nil {
			return err
		}
	}
	return nil
}

// Track puts a position in front of a tracked field. One that is older than the last
// goes into the track only.
func (u *Unit) Track(r *Row, f *program.Field, place map[string]any, at time.Time) error {
	key := TrackKey(f.Key)
	track, _ := r.Value(key).([]any)
	if first, ok := r.Value(f.Key).(map[string]any); ok && len(track) == 0 {
		track = []any{map[string]any{"lat": first["lat"], "lng": first["lng"], "at": r.Created.UTC().Format(time.RFC3339)}}
	}
	point := map[string]any{"lat": place["lat"], "lng": place["lng"], "at": at.UTC().Format(time.RFC3339)}
	if place["doubt"] == true {
		point["doubt"] = true
	}
	newest := true
	if n := len(track); n > 0 {
		last, _ := track[n-1].(map[string]any)
		newest = text(last["at"]) <= text(point["at"])
		if last["at"] == point["at"] && last["lat"] == point["lat"] && last["lng"] == point["lng"] {
			return nil
		}
	}
	if track = append(track, point); len(track) > trackMost {
		track = track[len(track)-trackMost:]
	}
	if r.Secret == nil {
		r.Secret = map[string]any{}
	}
	r.Secret[key] = track
	if newest && place["doubt"] != true {
		r.set(f.Key, place)
	}
	u.touch(r)
	return nil
}

// TrackKey names where the positions of a tracked field lie.
func TrackKey(field string) string { return "_track_" + field }

// Raise makes a record by a rule of the kernel itself, as a device's alarm does.
func (u *Unit) Raise(p *program.Program, t *program.RecordType, mv *program.Move, a Act, preset map[string]any) (*Row, error) {
	a.trusted, a.preset = true, preset
	return u.Create(p, t, mv, a)
}
