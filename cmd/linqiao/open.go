package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"linqiao/api"
	"linqiao/app"
	"linqiao/domain"
	"linqiao/identity"
	"linqiao/store"
)

// instance is an open database with its App.
type instance struct {
	db  *store.DB
	app *app.App
}

// Close waits for running writes.
func (i *instance) Close() error { return i.db.Close() }

// settings are what differs between a server, a demo and a test.
type settings struct {
	now  func() time.Time
	log  *slog.Logger
	demo bool
	hash app.HashCost
	// phoneNow is the time on people's phones; nil = now
	phoneNow func() time.Time
}

// open opens the database of the configuration, makes its key on first use and
// brings its schema up to date.
func open(ctx context.Context, c *config, s settings) (*instance, error) {
	dir := "data"
	if !c.postgres() {
		dir = filepath.Dir(c.DB)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	ring, err := keyring(c, dir)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, store.Config{DSN: c.DB, Sealer: ring, Now: s.now, TrustClock: c.TrustClock})
	if err != nil {
		return nil, whyNotOpened(c, err)
	}
	if err := db.Migrate(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	blobs, err := store.NewDiskBlobs(filepath.Join(dir, "files"), max(app.BlobMost, app.RecordingUsual, c.Films<<20))
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	var providers []*identity.Provider
	if c.OIDC != "" {
		if providers, err = identity.Load(c.OIDC, c.Origin); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	a := app.New(app.Options{DB: db, Blobs: blobs, Log: s.log, Demo: s.demo, Now: s.now, Hash: s.hash, DataDirs: []string{dir}, RecordingMost: c.Films << 20, Origin: c.Origin, PhoneNow: s.phoneNow, Providers: providers})
	return &instance{db, a}, nil
}

// keyring reads the master key. A missing one is made only where no data can
// have been sealed with it.
func keyring(c *config, dir string) (*store.Keyring, error) {
	path := c.Key
	if path == "" {
		path = filepath.Join(dir, "linqiao.key")
		if !c.postgres() {
			path = c.DB + ".key"
		}
	}
	key, err := store.ReadKeyFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if _, statErr := os.Stat(c.DB); statErr == nil && !c.postgres() {
			return nil, fmt.Errorf("数据库 %s 已有数据，但找不到它的密钥 %s：请把密钥放回原处，或用 --key 指明", c.DB, path)
		}
		if err = store.CreateKeyFile(path); err == nil {
			key, err = store.ReadKeyFile(path)
		}
	}
	if err != nil {
		return nil, err
	}
	suite := store.SuiteAES
	if c.Suite == "sm" {
		suite = store.SuiteSM
	}
	return store.NewKeyring(suite, key)
}

// opened is open for a command that works on data and ends.
func opened(ctx context.Context, c *config, fn func(*instance) error) error {
	i, err := open(ctx, c, settings{log: slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))})
	if err != nil {
		return err
	}
	return errors.Join(fn(i), i.Close())
}

// theCounty is the county a command works in: the named one, or the only one.
func (i *instance) theCounty(ctx context.Context, c *config) (domain.CountyCode, error) {
	list, err := i.counties(ctx)
	if err != nil {
		return "", err
	}
	for _, t := range list {
		if t.Code == c.county() || c.County == "" && len(list) == 1 {
			return t.Code, nil
		}
	}
	switch {
	case len(list) == 0:
		return "", errors.New("还没有县区：先运行 linqiao account create-admin --county 代码")
	case c.County == "":
		return "", errors.New("有多个县区：用 --county 指明一个")
	}
	return "", fmt.Errorf("没有县区 %s", c.County)
}

func (i *instance) counties(ctx context.Context) (list []domain.Tenant, err error) {
	err = i.db.Read(ctx, func(tx *store.Tx) error {
		list, err = tx.Tenants()
		return err
	})
	return list, err
}

// apiText words a domain error as the API would.
func apiText(e *domain.Error) string { return api.Text("zh-CN", e) }
