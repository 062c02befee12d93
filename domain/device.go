package domain

import "time"

// Device is the state of a thing that reports by itself (设备), beside its record.
type Device struct {
	County  CountyCode
	Record  RecordID // the thing
	Program string
	Key     string // of the program's devices
	SeenAt  time.Time
	At      time.Time // of the last position, by the device's clock
	Battery int       // percent, -1 = not said
	AlarmAt time.Time // of the last alarm that was acted on
	Alarms  int64     // reports of that alarm, repeats included
	Told    string    // what was told of it and still holds: low, silent
	Secret  map[string]any
	Rev     int64
}

// Gateway is a platform that passes the reports of devices on.
type Gateway struct {
	County  CountyCode
	ID      string
	Name    string
	Hash    string
	Active  bool
	Created time.Time
	By      AccountID
	LastAt  time.Time
}

// Report is what a device says of itself: where it is, and whether it calls for help.
type Report struct {
	Number  string    // of the device
	At      time.Time // by its own clock; zero = not said
	Alarm   string    // "", "sos", or another kind, which is only noted
	Placed  bool      // the position below is a fix
	Lat     float64
	Lng     float64
	Battery int // percent, -1 = not said
}
