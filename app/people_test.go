package app

import (
	"crypto/sha256"
	"time"

	"linqiao/kernel/record"
	"linqiao/store/storetest"
)

// cachedSignIn puts a live sign-in of a token into the cache.
func cachedSignIn(a *App, token string) *signedIn {
	now := time.Now()
	s := &signedIn{county: storetest.Home, actor: &record.Actor{Account: "a"}, created: now, idle: time.Hour, most: time.Hour, loaded: now}
	s.seen.Store(now.UnixMilli())
	s.saved.Store(now.UnixMilli())
	a.people.put(sha256.Sum256([]byte(token)), s, 0)
	return s
}
