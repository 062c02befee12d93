package testkit_test

import (
	"net/http"
	"testing"
	"time"

	"linqiao/store"
	"linqiao/store/storetest"
	"linqiao/testkit"
)

// TestLongWaitForTheWriter: a request that waits longer for the database than its body
// may take to arrive by the library's own limit (5 s) is done all the same, and so is
// the next one of the same connection.
func TestLongWaitForTheWriter(t *testing.T) {
	t.Parallel()
	c := testkit.Open(t, storetest.Engines(t)[0], storetest.Home)
	admin := c.SignIn(t, c.Admin.Login)
	held, free := make(chan struct{}), make(chan error, 1)
	go func() {
		free <- c.App.DB.Write(t.Context(), func(*store.Tx) error {
			close(held)
			time.Sleep(6 * time.Second)
			return nil
		})
	}()
	<-held
	admin.Must(t, http.MethodPost, "/regions", testkit.Object{"name": "慢慢村", "level": "village", "parent": admin.All(t, "/regions?level=town")[0]["id"]})
	if err := <-free; err != nil {
		t.Fatal(err)
	}
	if got := admin.Do(t, http.MethodGet, "/session", nil).Status; got != http.StatusOK {
		t.Errorf("the next request of the connection: %d", got)
	}
}
