package app

import (
	"context"

	"linqiao/domain"
	"linqiao/kernel/record"
	"linqiao/store"
)

// DeviceRow is one thing that reports by itself, in a list. Where it is stands on its own
// page alone, where looking leaves a trace.
type DeviceRow struct {
	Record RecordSummary `json:"record"`
	Number string        `json:"number,omitempty"`
	Wearer string        `json:"wearer,omitempty"` // as the reader may know him
	Device *DeviceView   `json:"device,omitempty"`
}

// DeviceList is the things of one kind of device.
type DeviceList struct {
	Label string `json:"label"`
	List[DeviceRow]
}

// Devices lists the things of a kind of device that the reader may see, newest first.
func (a *App) Devices(ctx context.Context, who *Who, prog, key, cursor string) (out *DeviceList, err error) {
	err = a.read(ctx, who, func(w *work) error {
		p := w.set.set.Program(prog)
		if p == nil || !p.Devices.Has(key) {
			return domain.NotFound("program")
		}
		d := p.Devices.Get(key)
		if !w.readsRows(p, p.Records.Get(d.Of)) {
			return domain.NotFound("program")
		}
		out = &DeviceList{Label: w.words(p).Named("devices", key, d.Label)}
		page, err := w.tx.Records(store.RecordFilter{Program: prog, Keys: []string{d.Of}, Access: w.access(prog, d.Of), Cursor: cursor, Limit: 50})
		if err != nil {
			return err
		}
		items := []DeviceRow{}
		for i := range page.Items {
			row, err := w.deviceRow(&page.Items[i])
			if err != nil && domain.KindOf(err) != domain.KindNotFound {
				return err
			}
			if err == nil {
				items = append(items, *row)
			}
		}
		out.List = listOf(items, page.Next)
		return nil
	})
	return out, err
}

func (w *work) deviceRow(rec *domain.Record) (*DeviceRow, error) {
	r, err := w.unit.Adopt(rec)
	if err != nil {
		return nil, err
	}
	s, err := w.look(r)
	if err != nil {
		return nil, err
	}
	row := &DeviceRow{}
	if row.Record, err = w.summary(r, s); err != nil {
		return nil, err
	}
	for key, to := range map[string]*string{"code": &row.Number, "holder": &row.Wearer} {
		if f := record.FieldOf(r.T, key); f != nil && s.may(r, f) {
			*to = w.display(f, r.Value(key))
		}
	}
	v := &RecordView{}
	if err := w.viewDevice(r, s, v); err != nil || v.Device == nil {
		return row, err
	}
	v.Device.Place, v.Device.At = nil, nil
	row.Device = v.Device
	return row, nil
}
