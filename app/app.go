// Package app holds the use cases: authorise → load → apply a pure rule → save
// with its event. It knows no HTTP and no SQL. Its exported result types are what
// a reader may see, already cut to his clearance; the HTTP layer only writes them.
package app

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"linqiao/domain"
	"linqiao/identity"
	"linqiao/kernel/calendar"
	"linqiao/kernel/record"
	"linqiao/notify"
	"linqiao/store"
)

// App is the product without its doors.
type App struct {
	recordingMost int64
	DB            *store.DB
	Blobs         store.Blobs
	Log           *slog.Logger
	Demo          bool // demo county: invented people, codes shown on a fake phone
	// openWay makes a channel of its settings; tests put their own in.
	openWay func(kind string, c notify.Config) (notify.Channel, error)

	programs  *registry
	people    *peopleCache
	orgs      *places[domain.OrgID, domain.Org]
	regions   *places[domain.RegionID, domain.Region]
	accounts  *places[domain.AccountID, domain.Account] // for names on pages only
	totals    *totals
	recent    *recent
	screens   *briefly[screenKey, *ScreenView]
	trends    *briefly[trendKey, []ScreenPoint]
	now       func() time.Time
	cal       *calendar.Calendar
	stream    *hub
	door      *door
	providers []*identity.Provider
	passkeys  *passkeys // nil = no public address is set
	phoneNow  func() time.Time
	health    *briefly[struct{}, [2][]Ill]
	dataDirs  []string

	extraJobs map[string]jobRunner // kinds that only tests have
	holder    string               // of this process, in leases of long work
}

// Options are what an App is made of; nil parts get their defaults.
type Options struct {
	DB       *store.DB
	Blobs    store.Blobs
	Log      *slog.Logger
	Demo     bool
	OpenWay  func(kind string, c notify.Config) (notify.Channel, error) // nil = notify.Open
	Now      func() time.Time
	Calendar *calendar.Calendar
	// RecordingMost is the largest sound or film that is taken in, in bytes; 0 = 200 MiB.
	RecordingMost int64
	// Providers are identity providers of counties.
	Providers []*identity.Provider
	// PhoneNow is the time that people's phones show, for one-time codes; nil = Now. A
	// demo's own clock may run ahead.
	PhoneNow func() time.Time
	// DataDirs are the folders that the data and files lie in, whose disks must not fill up.
	DataDirs []string
	// Origin is the public address of the server (https://…), for passkeys; "" = none.
	Origin string
	Hash   HashCost // of passwords; zero = the real cost, tests and demos may take less
}

// New makes an App over an open, migrated database.
func New(o Options) *App {
	a := &App{DB: o.DB, Blobs: o.Blobs, Log: o.Log, Demo: o.Demo, openWay: o.OpenWay, now: o.Now, cal: o.Calendar}
	if a.recordingMost = o.RecordingMost; a.recordingMost == 0 {
		a.recordingMost = RecordingUsual
	}
	if a.Log == nil {
		a.Log = slog.Default()
	}
	if a.now == nil {
		a.now = o.DB.Now
	}
	if a.cal == nil {
		a.cal = calendar.Official()
	}
	if a.openWay == nil {
		a.openWay = notify.Open
	}
	a.programs = newRegistry()
	a.people = newPeopleCache()
	a.totals = newTotals()
	a.recent = newRecent()
	a.screens, a.trends = newBriefly[screenKey, *ScreenView](), newBriefly[trendKey, []ScreenPoint]()
	a.orgs, a.regions = newPlaces[domain.OrgID, domain.Org](), newPlaces[domain.RegionID, domain.Region]()
	a.accounts = newPlaces[domain.AccountID, domain.Account]()
	a.providers = o.Providers
	if a.phoneNow = o.PhoneNow; a.phoneNow == nil {
		a.phoneNow = a.Now
	}
	a.door = newDoor(o.Hash)
	if keys, err := newPasskeys(o.Origin); err != nil {
		a.Log.Error("passkeys are off", slog.Any("error", err))
	} else {
		a.passkeys = keys
	}
	a.stream = newHub()
	a.health, a.dataDirs = newBriefly[struct{}, [2][]Ill](), o.DataDirs
	a.holder = store.NewID()
	return a
}

// Now is the App's clock; tests and scenarios set it.
func (a *App) Now() time.Time { return a.now().UTC().Truncate(time.Millisecond) }

// SetCalendar replaces the calendar of working days.
func (a *App) SetCalendar(c *calendar.Calendar) { a.cal = c }

// Calendar gives the calendar of working days.
func (a *App) Calendar() *calendar.Calendar { return a.cal }

// Who is one caller: the county he works in, and his standing there.
type Who struct {
	County domain.CountyCode
	*record.Actor
	Lang string // zh-CN or en

	// Stage is what his sign-in still lacks (domain.Stage…); only Halfway gives such callers.
	Stage string

	session string    // hash of the token he came with
	strong  time.Time // when he last proved who he is
	guarded bool      // dangerous acts ask for a fresh proof
}

// System is the kernel acting by itself: clocks, duties, imports.
func System(county domain.CountyCode) *Who {
	return &Who{County: county, Actor: &record.Actor{System: true, Name: "系统"}, Lang: "zh-CN"}
}

// work is one use case on one transaction: the engine's unit over the store.
type work struct {
	app   *App
	who   *Who
	tx    *store.Tx
	set   *setAt
	unit  *record.Unit
	c     worldCache
	after []func()
	// what refers to new rows waits here until they are saved
	pending []func() error
	kept    map[string]bool
	mover   domain.AccountID // whose move the caller's signature makes effective: his uploads came with it
	ticket  string           // of a vote: a keyed hash of the request's key
	trace   *trace           // what this use case changes, when it may be taken back
	// a read: figures may use what is held of past days (see totals)
	screen bool
	epoch  uint64
}

// raceTries is how often a use case is run again when another one changed the
// same row while it ran. Only PostgreSQL has several writers.
const raceTries = 5

// write runs a use case durably. The closure may run again (PostgreSQL retries,
// lost races), so it must have no effect beyond its transaction.
func (a *App) write(ctx context.Context, who *Who, fn func(w *work) error) error {
	for try := 1; ; try++ {
		if err := a.writeOnce(ctx, who, fn); err == nil || try == raceTries || !lostRace(err) {
			return err
		}
	}
}

// lostRace: the row changed between this transaction's own read and its write.
// A caller who saw an old version is told so by the use case, without "what".
func lostRace(err error) bool {
	var e *domain.Error
	return errors.As(err, &e) && e.Code == "stale" && e.Args["what"] != ""
}

func (a *App) writeOnce(ctx context.Context, who *Who, fn func(w *work) error) error {
	var done *work
	err := a.DB.Write(ctx, func(tx *store.Tx) error {
		w, err := a.begin(tx, who)
		if err != nil {
			return err
		}
		if err := fn(w); err != nil {
			return err
		}
		done = w
		return w.unit.Finish()
	}, store.Small)
	if err != nil {
		return err
	}
	for _, f := range done.after {
		f()
	}
	return nil
}

// read runs a use case on a snapshot.
func (a *App) read(ctx context.Context, who *Who, fn func(w *work) error) error {
	epoch := a.totals.now()
	return a.DB.Read(ctx, func(tx *store.Tx) error {
		w, err := a.begin(tx, who)
		if err != nil {
			return err
		}
		w.screen, w.epoch = true, epoch
		return fn(w)
	})
}

func (a *App) begin(tx *store.Tx, who *Who) (*work, error) {
	t := tx.In(who.County)
	set, err := a.programs.of(t)
	if err != nil {
		return nil, err
	}
	w := &work{app: a, who: who, tx: t, set: set}
	w.unit = record.Begin(w)
	return w, nil
}
