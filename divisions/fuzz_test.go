package divisions

import (
	"strings"
	"testing"
)

// FuzzParse: a file of counties is refused in words, or every code in it stands under
// the one above and has a name.
func FuzzParse(f *testing.F) {
	f.Add([]byte(`{"counties":[{"code":"440902","name":"甲区","towns":[{"code":"440902100","name":"乙镇","villages":[{"code":"440902100200","name":"丙村"}]}]}]}`))
	f.Add([]byte(`{"counties":[{"code":"440902","name":""},{"code":"440902","name":"x"}]}`))
	f.Add([]byte(`{"counties":[]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		list, err := Parse(raw)
		if err != nil {
			if err.Error() == "" {
				t.Fatal("refused without a word")
			}
			return
		}
		for _, c := range list {
			for _, town := range c.Towns {
				if !strings.HasPrefix(town.Code, string(c.Code)) || strings.TrimSpace(town.Name) == "" {
					t.Fatalf("%q gives %+v", raw, town)
				}
			}
		}
	})
}
