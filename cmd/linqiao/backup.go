package main

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"slices"
	"strings"

	"linqiao/store"
)

// A backup is the store's own engine-neutral text, gzipped when the name ends in
// .gz. Attachments (the folder `files`) and the key are copied apart.

func backup(ctx context.Context, c *config, args []string) error {
	if len(args) != 1 {
		return errUsage("请给出备份文件")
	}
	return opened(ctx, c, func(i *instance) error {
		var sum store.Summary
		err := writeWhole(args[0], func(w io.Writer) (err error) {
			out := zipped(w, args[0])
			if sum, err = i.db.Backup(ctx, out); err != nil {
				return err
			}
			return out.Close()
		})
		if err != nil {
			return err
		}
		printSummary(sum)
		fmt.Println("密钥文件和附件目录 files 不在备份里，请另行妥善保存。")
		return nil
	})
}

// restore writes a backup into an empty database.
func restore(ctx context.Context, c *config, args []string) error {
	if len(args) != 1 {
		return errUsage("请给出备份文件")
	}
	return opened(ctx, c, func(i *instance) error {
		return reading(args[0], func(r io.Reader) error {
			sum, err := i.db.Restore(ctx, r)
			if err == nil {
				printSummary(sum)
			}
			return err
		})
	})
}

// verify checks a backup file, or the database: counts, the audit chain, and
// what the engine can say of its own file.
func verify(ctx context.Context, c *config, args []string) error {
	if len(args) == 1 {
		return reading(args[0], func(r io.Reader) error {
			sum, err := store.VerifyBackup(r)
			if err == nil {
				printSummary(sum)
				fmt.Println("备份文件完好")
			}
			return err
		})
	}
	if len(args) > 1 {
		return errUsage("最多一个文件")
	}
	return opened(ctx, c, func(i *instance) error {
		rep, err := i.db.Verify(ctx)
		if err != nil {
			return err
		}
		printSummary(rep.Counts)
		for _, code := range slices.Sorted(maps.Keys(rep.Audit)) {
			fmt.Printf("审计链 %s：%d 行\n", code, rep.Audit[code])
		}
		for _, b := range rep.Broken {
			fmt.Println("不完好：", b)
		}
		if len(rep.Broken) > 0 {
			return errFaults
		}
		fmt.Println("数据库完好")
		return nil
	})
}

func printSummary(sum store.Summary) {
	total := int64(0)
	for _, n := range sum {
		total += n
	}
	fmt.Printf("%d 张表，%d 行\n", len(sum), total)
}

type nopCloser struct{ io.Writer }

// Close implements io.Closer.
func (nopCloser) Close() error { return nil }

func zipped(w io.Writer, name string) io.WriteCloser {
	if strings.HasSuffix(name, ".gz") {
		return gzip.NewWriter(w)
	}
	return nopCloser{w}
}

func reading(name string, fn func(io.Reader) error) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if !strings.HasSuffix(name, ".gz") {
		return fn(f)
	}
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("%s：%w", name, err)
	}
	return errors.Join(fn(z), z.Close())
}

// discard is a logger for commands that speak for themselves.
func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }
