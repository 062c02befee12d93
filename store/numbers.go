package store

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"linqiao/domain"
)

// numberBlock is how many running numbers a process takes at a time. A process that is
// killed leaves at most so many unused in each series; one that ends gives them back.
const numberBlock = 64

// numbers hands out running numbers on PostgreSQL. A number drawn with a row lock holds
// that row until the commit is on disk, so all intakes of a county would stand in one
// line behind each other's commits. A process therefore takes numbers by the block, in a
// transaction of its own. That one need not be on disk before it answers: whoever uses a
// number commits later in the same log, and so carries the block with it.
type numbers struct {
	pool *pgxpool.Pool // one connection, so that no intake waits here for another intake's
	mu   sync.Mutex
	of   map[numberKey]*numberRange
}

type numberKey struct {
	county domain.CountyCode
	key    string
}

// numberRange is what is left of a block: back (ascending, returned by transactions that
// failed) and next…end.
type numberRange struct {
	mu        sync.Mutex
	next, end int64
	back      []int64
}

// drawn is a number in use by a transaction that has not ended.
type drawn struct {
	from *numberRange
	n    int64
}

func openNumbers(ctx context.Context, cfg *pgxpool.Config) (*numbers, error) {
	own := cfg.Copy()
	own.MaxConns, own.MinConns = 1, 0
	own.ConnConfig.RuntimeParams["synchronous_commit"] = "off"
	pool, err := pgxpool.NewWithConfig(ctx, own)
	return &numbers{pool: pool, of: map[numberKey]*numberRange{}}, err
}

const (
	takeNumbers = "INSERT INTO ref_counter (county, key, n) VALUES ($1, $2, $3) ON CONFLICT (county, key) DO UPDATE SET n = ref_counter.n + $3 RETURNING n"
	backNumbers = "UPDATE ref_counter SET n = $3 WHERE county = $1 AND key = $2 AND n = $4"
)

func (x *numbers) draw(ctx context.Context, k numberKey) (drawn, error) {
	x.mu.Lock()
	r := x.of[k]
	if r == nil {
		r = &numberRange{next: 1}
		x.of[k] = r
	}
	x.mu.Unlock()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.back) > 0 {
		n := r.back[0]
		r.back = r.back[1:]
		return drawn{r, n}, nil
	}
	if r.next > r.end {
		var end int64
		// The block is everybody's who waits here: one caller's leaving must not fail it.
		if err := x.pool.QueryRow(context.WithoutCancel(ctx), takeNumbers, string(k.county), k.key, int64(numberBlock)).Scan(&end); err != nil {
			return drawn{}, err
		}
		r.next, r.end = end-numberBlock+1, end
	}
	r.next++
	return drawn{r, r.next - 1}, nil
}

// giveBack returns numbers of a transaction that surely did not happen.
func giveBack(list []drawn) {
	for _, d := range list {
		d.from.mu.Lock()
		at, _ := slices.BinarySearch(d.from.back, d.n)
		d.from.back = slices.Insert(d.from.back, at, d.n)
		d.from.mu.Unlock()
	}
}

// close gives back what is left at the end of each series, where nobody has gone on from it.
func (x *numbers) close() error {
	var errs []error
	for k, r := range x.of {
		r.mu.Lock()
		for len(r.back) > 0 && r.back[len(r.back)-1] == r.next-1 {
			r.next--
			r.back = r.back[:len(r.back)-1]
		}
		if r.next <= r.end {
			_, err := x.pool.Exec(context.Background(), backNumbers, string(k.county), k.key, r.next-1, r.end)
			errs = append(errs, err)
			r.end = r.next - 1
		}
		r.mu.Unlock()
	}
	x.pool.Close()
	return errors.Join(errs...)
}

// drawer is a session that draws numbers outside its transaction.
type drawer interface {
	draw(ctx context.Context, k numberKey) (int64, error)
	drawnSoFar() int
	giveBackFrom(mark int)
}

func (s *pgSession) draw(ctx context.Context, k numberKey) (int64, error) {
	d, err := s.numbers.draw(ctx, k)
	if err == nil {
		s.drawn = append(s.drawn, d)
	}
	return d.n, err
}

func (s *pgSession) drawnSoFar() int { return len(s.drawn) }

func (s *pgSession) giveBackFrom(mark int) {
	giveBack(s.drawn[mark:])
	s.drawn = s.drawn[:mark]
}

// undone reports whether an error of COMMIT says that nothing was committed. A lost
// connection says neither.
func undone(err error) bool {
	var said *pgconn.PgError
	return errors.Is(err, errRolledBack) || errors.As(err, &said)
}

// DrawRef draws the next number of a series, as NextRef does, but does not hold others up
// until the commit: numbers of transactions side by side need not commit in their order,
// and a killed process leaves a gap (at most numberBlock). For what is drawn often.
func (tx *Tx) DrawRef(key string) (int64, error) {
	d, ok := tx.session.(drawer)
	if !ok || tx.readOnly || tx.county == "" {
		return tx.NextRef(key)
	}
	n, err := d.draw(tx.ctx, numberKey{tx.county, key})
	return n, tx.db.dialect.translate(err)
}
