package store

import (
	"time"

	"linqiao/domain"
)

const deviceColumns = "county, record, program, key, seen_at, at, battery, alarm_at, alarms, told, secret"

func deviceAAD(id domain.RecordID) string { return "device/" + string(id) }

func (tx *Tx) scanDevice(rows rowScanner, d *domain.Device) error {
	var secret []byte
	if err := rows.Scan((*string)(&d.County), (*string)(&d.Record), &d.Program, &d.Key, instant{&d.SeenAt}, instant{&d.At}, num(&d.Battery),
		instant{&d.AlarmAt}, num(&d.Alarms), &d.Told, &secret, num(&d.Rev)); err != nil {
		return err
	}
	var err error
	d.Secret, err = tx.open(deviceAAD(d.Record), secret)
	return err
}

// Device reads the state of a thing that reports, or NotFound before its first report.
func (tx *Tx) Device(record domain.RecordID) (*domain.Device, error) {
	d, err := one(tx, "device", tx.scanDevice, "SELECT "+deviceColumns+", rev FROM device WHERE county = $1 AND record = $2", tx.county, record)
	return &d, err
}

// SaveDevice writes the state of a device: a first one, or one read at d.Rev; two
// reports of one device at once make the later one stale, and it is run again.
func (tx *Tx) SaveDevice(d *domain.Device) error {
	if err := tx.home(&d.County); err != nil {
		return err
	}
	secret, err := tx.seal(deviceAAD(d.Record), d.Secret)
	if err != nil {
		return err
	}
	if d.Rev == 0 {
		d.Rev = 1
		return tx.insert(insertSQL("device", deviceColumns+", rev"), d.County, d.Record, d.Program, d.Key, d.SeenAt, d.At, d.Battery, d.AlarmAt, d.Alarms, d.Told, secret, d.Rev)
	}
	if err := tx.change("device", "UPDATE device SET rev = rev + 1, seen_at = $3, at = $4, battery = $5, alarm_at = $6, alarms = $7, told = $8, secret = $9"+
		" WHERE county = $1 AND record = $2 AND rev = $10",
		d.County, d.Record, d.SeenAt, d.At, d.Battery, d.AlarmAt, d.Alarms, d.Told, secret, d.Rev); err != nil {
		return err
	}
	d.Rev++
	return nil
}

// QuietDevices lists devices of a kind not heard of since an instant, of which
// nobody was told yet.
func (tx *Tx) QuietDevices(program, key string, since time.Time, limit int) ([]domain.Device, error) {
	return many(tx, tx.scanDevice, "SELECT "+deviceColumns+", rev FROM device WHERE county = $1 AND program = $2 AND key = $3 AND seen_at < $4"+
		" AND told <> 'silent' ORDER BY seen_at LIMIT $5", tx.county, program, key, since, int64(limit))
}

const gatewayColumns = "county, id, name, hash, active, created, by_account, last_at"

func scanGateway(rows rowScanner, g *domain.Gateway) error {
	return rows.Scan((*string)(&g.County), &g.ID, &g.Name, &g.Hash, yesNo{&g.Active}, instant{&g.Created}, (*string)(&g.By), instant{&g.LastAt})
}

// InsertGateway writes a platform that may pass reports on.
func (tx *Tx) InsertGateway(g *domain.Gateway) error {
	if err := tx.home(&g.County); err != nil {
		return err
	}
	if g.ID == "" {
		g.ID = NewID()
	}
	g.Created = tx.now
	return tx.insert(insertSQL("gateway", gatewayColumns), g.County, g.ID, g.Name, g.Hash, g.Active, g.Created, g.By, g.LastAt)
}

// Gateway reads one platform.
func (tx *Tx) Gateway(id string) (*domain.Gateway, error) {
	g, err := one(tx, "gateway", scanGateway, "SELECT "+gatewayColumns+" FROM gateway WHERE county = $1 AND id = $2", tx.county, id)
	return &g, err
}

// Gateways lists all platforms.
func (tx *Tx) Gateways() ([]domain.Gateway, error) {
	return many(tx, scanGateway, "SELECT "+gatewayColumns+" FROM gateway WHERE county = $1 ORDER BY created, id", tx.county)
}

// StopGateway lets a platform pass nothing on any more.
func (tx *Tx) StopGateway(id string) error {
	return tx.change("gateway", "UPDATE gateway SET active = 0 WHERE county = $1 AND id = $2 AND active = 1", tx.county, id)
}

// TouchGateway notes when a platform last passed something on.
func (tx *Tx) TouchGateway(id string) error {
	_, err := tx.exec("UPDATE gateway SET last_at = $3 WHERE county = $1 AND id = $2", tx.county, id, tx.now)
	return err
}
