package record

import (
	"linqiao/domain"
)

// attendance counts the bookings below a session (or an activity): `taken` are
// those in, present or done, `present` those who came, each with its heads.
func (u *Unit) attendance(r *Row, name string) (any, bool, error) {
	if name != "taken" && name != "present" {
		return nil, false, nil
	}
	n := int64(0)
	for _, key := range r.T.Children {
		t := r.P.Records.Get(key)
		if t == nil || t.Noun != domain.Booking {
			continue
		}
		list, err := u.Children(r, key)
		if err != nil {
			return nil, true, err
		}
		for _, b := range list {
			came := b.Phase == domain.PhasePresent || b.Phase == domain.PhaseDone
			if came || name == "taken" && b.Phase == domain.PhaseIn {
				n += max(whole(b.raw("heads")), 1)
			}
		}
	}
	return n, true, nil
}
