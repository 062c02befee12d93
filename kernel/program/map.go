package program

import "iter"

// Map is a map that keeps the order of the file.
type Map[T any] struct {
	keys []string
	at   map[string]T
}

func (m *Map[T]) Set(key string, v T) {
	if m.at == nil {
		m.at = make(map[string]T)
	}
	if _, ok := m.at[key]; !ok {
		m.keys = append(m.keys, key)
	}
	m.at[key] = v
}
func (m Map[T]) Get(key string) T        { return m.at[key] }
func (m Map[T]) Has(key string) bool     { _, ok := m.at[key]; return ok }
func (m Map[T]) Len() int                { return len(m.keys) }
func (m Map[T]) Keys() []string          { return m.keys }
func (m Map[T]) Find(k string) (T, bool) { v, ok := m.at[k]; return v, ok }
func (m Map[T]) All() iter.Seq2[string, T] {
	return func(yield func(string, T) bool) {
		for _, k := range m.keys {
			if !yield(k, m.at[k]) {
				return
			}
		}
	}
}
