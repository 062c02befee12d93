package match

// chunks is a slice cut into short pieces, so that changing one element copies
// little.
type chunks[T any] [][]T

const chunkSize = 256

func newChunks[T any](n int, fill T) chunks[T] {
	flat := make([]T, n)
	for i := range flat {
		flat[i] = fill
	}
	var c chunks[T]
	for from := 0; from < n; from += chunkSize {
		to := min(from+chunkSize, n)
		c = append(c, flat[from:to:to])
	}
	return c
}

func (c chunks[T]) at(i int) *T { return &c[i/chunkSize][i%chunkSize] }

// replaced gives the slice with v at i.
func (c chunks[T]) replaced(i int, v T) chunks[T] {
	c = append(chunks[T](nil), c...)
	piece := append([]T(nil), c[i/chunkSize]...)
	piece[i%chunkSize] = v
	c[i/chunkSize] = piece
	return c
}
