// Command linqiao is the product in one binary: the server, and the verbs by
// which programs are checked, tested and applied and data are moved. It wires
// packages together and holds no rule of its own.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"strings"
	"syscall"

	"linqiao/domain"
)

// command is one verb.
type command struct {
	name, args, what string
	run              func(ctx context.Context, c *config, args []string) error
}

func commands() []command {
	return []command{
		{"serve", "", "运行服务", serve},
		{"demo", "[目录]", "造一个演示县区并运行", demo},
		{"cert", "目录 域名或IP…", "造一张试用的 HTTPS 证书", cert},
		{"migrate", "", "更新数据库结构", migrate},
		{"check", "目录…", "检查机制文件，列出全部问题", check},
		{"test", "目录…", "播放机制的剧本", test},
		{"diff", "旧 新", "比较机制的两个版本", diff},
		{"simulate", "目录…", "推演新版本对在办事项的影响", simulate},
		{"apply", "目录…", "应用机制的新版本", apply},
		{"import", "divisions|map|people|households|enterprises|groups|organisations|offers|records [文件]", "导入区划、地图、对象、单位、供给、记录", importData},
		{"export", "ledger|records [选项] 文件", "导出台账、办件", export},
		{"backup", "文件", "备份", backup},
		{"restore", "文件", "恢复到空库", restore},
		{"verify", "[文件]", "校验数据库或备份文件", verify},
		{"account", "create-admin|create-security|create-auditor|password|lock|unlock|clear-factors", "开设系统、安全、审计管理员，重置密码，解除第二因素", account},
	}
}

// errFaults says that faults were found and already printed.
var errFaults = errors.New("faults")

// errUsage says that the command was called wrongly.
type errUsage string

func (e errUsage) Error() string { return string(e) }

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	os.Exit(run(ctx, os.Args[1:]))
}

func run(ctx context.Context, args []string) int {
	list := commands()
	i := -1
	if len(args) > 0 {
		i = slices.IndexFunc(list, func(c command) bool { return c.name == args[0] })
	}
	if i < 0 {
		usage(list)
		return 2
	}
	c, rest, err := parseConfig(list[i], args[1:])
	if err == nil {
		err = list[i].run(ctx, c, rest)
	}
	var use errUsage
	switch {
	case err == nil, errors.Is(err, errHelp):
		return 0
	case errors.Is(err, errFaults):
		return 1
	case errors.As(err, &use):
		fmt.Fprintf(os.Stderr, "%s\n用法：linqiao %s %s\n", use, list[i].name, list[i].args)
		return 2
	}
	fmt.Fprintln(os.Stderr, "出错：", explain(err))
	return 1
}

// explain words an error for whoever sits at the terminal, the cause included.
func explain(err error) string {
	var e *domain.Error
	if !errors.As(err, &e) {
		return err.Error()
	}
	parts := []string{apiText(e)}
	if cause := errors.Unwrap(e); cause != nil {
		parts = append(parts, cause.Error())
	}
	return strings.Join(parts, "：")
}

func usage(list []command) {
	fmt.Fprintln(os.Stderr, "邻桥 linqiao\n\n用法：linqiao 命令 [选项] [参数]")
	for _, c := range list {
		fmt.Fprintf(os.Stderr, "  %-9s %s（%s）\n", c.name, c.what, orNone(c.args))
	}
	fmt.Fprintln(os.Stderr, "\n选项（或环境变量）：--addr LINQIAO_ADDR  --db LINQIAO_DB  --key LINQIAO_KEY  --programs LINQIAO_PROGRAMS  --county LINQIAO_COUNTY")
}

func orNone(s string) string {
	if s == "" {
		return "无参数"
	}
	return s
}
