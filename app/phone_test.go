package app

import (
	"fmt"
	"testing"

	"linqiao/store/storetest"
)

// TestPhoneCodeAddress: one address cannot have codes sent to ever more phones; another
// address is not hindered.
func TestPhoneCodeAddress(t *testing.T) {
	c := newDesk(t)
	newGateway(t).channel(c, "sms")
	ask := func(n int, address string) error {
		return c.a.PhoneCode(t.Context(), storetest.Home, fmt.Sprintf("138%08d", n), Client{Address: address})
	}
	for n := range codeAddress {
		if err := ask(n, "10.0.0.1"); err != nil {
			t.Fatal(err)
		}
	}
	wantCode(t, ask(codeAddress, "10.0.0.1"), "code_too_many")
	if err := ask(codeAddress, "10.0.0.2"); err != nil {
		t.Fatal(err)
	}
}
