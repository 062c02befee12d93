package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"
	"strings"

	"linqiao/app"
	"linqiao/domain"
)

// config are the settings of one run: defaults, then environment, then flags.
type config struct {
	Addr     string // where to listen
	DB       string // SQLite file or postgres:// address
	Key      string // file of the master key; beside the database unless set
	Programs string // folder that holds program folders, instead of the built-in ones
	County   string // for commands that work in one county
	Secure   bool   // the session cookie only by HTTPS
	Origin   string // public address, https://…: for passkeys
	OIDC     string // file of identity providers
	Suite    string // aes or sm: algorithms of newly sealed values

	// of single commands
	Period, Program, Ledger, Record, Name, Login, Office, Password, Datum string
	SecondFactor, Powers, Reason                                          string
	Yes, Verbose                                                          bool

	TLSCert, TLSKey string // files of the server's own certificate; "" = in the clear
	HTTP            string // address that sends browsers on to HTTPS; "" = none
	ACME            string // folder of an outside ACME tool's answers; "" = none

	Watches string // address for watches over TCP; "" = none
	Films   int64  // largest sound or film taken in, MiB; 0 = the usual
	// TrustClock: the machine's clock is right although the data hold later times
	TrustClock bool
	Pprof      string // loopback address for profiles of serve; "" = none
}

var errHelp = errors.New("help")

func env(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

// filmsMost bounds one recording, MiB: ten gigabytes.
const filmsMost = 10 << 10

func parseConfig(cmd command, args []string) (*config, []string, error) {
	c := &config{}
	films := "0"
	f := flag.NewFlagSet(cmd.name, flag.ContinueOnError)
	f.StringVar(&c.Addr, "addr", env("LINQIAO_ADDR", "127.0.0.1:8080"), "监听地址")
	f.StringVar(&c.DB, "db", env("LINQIAO_DB", "data/linqiao.db"), "数据库：文件，或 postgres:// 地址")
	f.StringVar(&c.Key, "key", env("LINQIAO_KEY", ""), "主密钥文件；不写则在数据库旁")
	f.StringVar(&c.Programs, "programs", env("LINQIAO_PROGRAMS", ""), "机制文件夹所在目录；不写用内置的")
	f.StringVar(&c.County, "county", env("LINQIAO_COUNTY", ""), "县区代码；只有一个县区时可不写")
	f.BoolVar(&c.Secure, "secure", env("LINQIAO_SECURE", "") != "", "会话 Cookie 只走 HTTPS")
	f.StringVar(&c.Origin, "origin", env("LINQIAO_ORIGIN", ""), "公开网址，如 https://linqiao.example.gov.cn；通行密钥只在这个网址有效")
	f.StringVar(&c.OIDC, "oidc", env("LINQIAO_OIDC", ""), "统一身份认证（OpenID Connect）的配置文件；须同时写 --origin")
	f.StringVar(&c.Suite, "suite", env("LINQIAO_SUITE", "aes"), "新写入数据的密码算法：aes 或 sm（国密）")
	if cmd.name == "serve" || cmd.name == "demo" {
		f.StringVar(&c.TLSCert, "tls-cert", env("LINQIAO_TLS_CERT", ""), "HTTPS 证书文件（PEM，含中间证书）；换了文件自动启用")
		f.StringVar(&c.TLSKey, "tls-key", env("LINQIAO_TLS_KEY", ""), "HTTPS 私钥文件")
		f.StringVar(&c.HTTP, "http-addr", env("LINQIAO_HTTP_ADDR", ""), "在这个地址把 HTTP 转到 HTTPS，如 :80；不写则不开")
		f.StringVar(&c.ACME, "acme", env("LINQIAO_ACME", ""), "证书工具（如 certbot --webroot）放验证文件的目录")
	}
	switch cmd.name {
	case "import":
		f.StringVar(&c.Program, "program", "", "机制（导入供给时）")
		f.StringVar(&c.Record, "record", "", "供给类型（导入供给时）")
		f.BoolVar(&c.Yes, "yes", false, "有错行时跳过，导入其余")
		f.StringVar(&c.Datum, "datum", "", "地图的坐标：wgs84（也用于 CGCS2000）或 gcj02（火星坐标，导入时转换）")
	case "export":
		f.StringVar(&c.Program, "program", "", "机制")
		f.StringVar(&c.Ledger, "ledger", "", "台账")
		f.StringVar(&c.Record, "record", "", "办件类型")
		f.StringVar(&c.Period, "period", "", "期间，如 2026-11")
	case "apply":
		f.StringVar(&c.Reason, "reason", "在服务器上启用新版本", "理由；三员分立的县区由安全管理员看着它批准")
	case "account":
		f.StringVar(&c.Powers, "powers", app.PowersSeparated, "新建县区的管理权限：separated（三员分立）或 joint（管理员一人可改权限）")
		f.StringVar(&c.Login, "login", "", "登录名")
		f.StringVar(&c.Name, "name", "", "姓名")
		f.StringVar(&c.Office, "office", "", "单位名称")
		f.StringVar(&c.SecondFactor, "second-factor", env("LINQIAO_SECOND_FACTOR", app.FactorsReveal), "新建县区时谁必须有第二因素：off、reveal（能看到个人信息的人）、all")
	case "serve":
		f.StringVar(&c.Watches, "watches", env("LINQIAO_WATCHES", ""), "在这个地址接收儿童手表的定位和求助（TCP）；不写则不开")
		f.StringVar(&films, "films", env("LINQIAO_FILMS", "0"), "录音、录像最大多少 MB；不写为 200")
		f.BoolVar(&c.TrustClock, "trust-clock", false, "服务器时钟现在是对的，尽管数据里有更晚的时间（以前时钟快过）")
		f.StringVar(&c.Pprof, "pprof", "", "在这个本机地址提供性能剖析；不写则不提供")
	case "test":
		f.BoolVar(&c.Verbose, "v", false, "逐句显示")
	}
	f.Usage = func() {
		fmt.Fprintf(os.Stderr, "linqiao %s %s\n%s\n", cmd.name, cmd.args, cmd.what)
		f.PrintDefaults()
	}
	// Flags may stand before, between or after the arguments.
	var rest []string
	for {
		if err := f.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return nil, nil, errHelp
			}
			return nil, nil, errUsage("选项不对")
		}
		if f.NArg() == 0 {
			break
		}
		rest = append(rest, f.Arg(0))
		args = f.Args()[1:]
	}
	c.Password = os.Getenv("LINQIAO_PASSWORD") // never a flag: others see flags
	var err error
	if c.Films, err = strconv.ParseInt(films, 10, 64); err != nil || c.Films < 0 || c.Films > filmsMost {
		return nil, nil, errUsage("--films 应为 0 到 10240 的整数（MB）")
	}
	if c.Suite != "aes" && c.Suite != "sm" {
		return nil, nil, errUsage("--suite 应为 aes 或 sm")
	}
	if cmd.name == "account" && c.Powers != app.PowersSeparated && c.Powers != app.PowersJoint {
		return nil, nil, errUsage("--powers 应为 separated 或 joint")
	}
	if !isDatum(c.Datum) {
		return nil, nil, errUsage("--datum 应为 wgs84 或 gcj02")
	}
	return c, rest, nil
}

func (c *config) postgres() bool {
	return strings.HasPrefix(c.DB, "postgres://") || strings.HasPrefix(c.DB, "postgresql://")
}

func (c *config) county() domain.CountyCode { return domain.CountyCode(c.County) }
