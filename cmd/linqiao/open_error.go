package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"syscall"
)

// whyNotOpened says what keeps a database from being opened, and what to do. The engine
// itself knows only that it could not.
func whyNotOpened(c *config, err error) error {
	if c.postgres() {
		return fmt.Errorf("连不上数据库：请确认 PostgreSQL 已启动，--db 里的地址、库名和账号正确（%w）", err)
	}
	f, cause := os.OpenFile(c.DB, os.O_RDWR, 0)
	if cause == nil {
		return fmt.Errorf("数据库 %s 打不开：%w", c.DB, errors.Join(err, f.Close()))
	}
	switch {
	case errors.Is(cause, syscall.EROFS):
		return fmt.Errorf("数据库 %s 所在的磁盘是只读的，没有启动：请恢复成可写后再启动", c.DB)
	case errors.Is(cause, fs.ErrPermission):
		return fmt.Errorf("没有权限读写数据库 %s：请检查文件和目录的属主", c.DB)
	}
	return fmt.Errorf("数据库 %s 打不开：%w", c.DB, cause)
}
