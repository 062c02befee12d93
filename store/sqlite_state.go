package store

import "os"

// fileState tells one committed state of a file in WAL mode from every other: it is
// the header of the log's index, which SQLite keeps twice in the -shm file
// (sqlite.org/walformat.html): a counter of changes, the last frame, salts and
// checksums. All processes see it; a checkpoint does not change it.
type fileState [48]byte

const stateInit = 12 // byte of the header that says it has been written

// stateFile reads the header. A nil file knows no state.
type stateFile struct{ f *os.File }

func openState(path string) stateFile {
	f, err := os.Open(path + "-shm")
	if err != nil {
		return stateFile{}
	}
	return stateFile{f}
}

// now gives the state, or false while a commit is just writing it.
func (s stateFile) now() (st fileState, ok bool) {
	if s.f == nil {
		return st, false
	}
	var both [2 * len(st)]byte
	if n, _ := s.f.ReadAt(both[:], 0); n != len(both) {
		return st, false
	}
	st = fileState(both[:len(st)])
	return st, st == fileState(both[len(st):]) && st[stateInit] != 0
}

func (s stateFile) close() {
	if s.f != nil {
		s.f.Close()
	}
}
