package scenario

import (
	"testing"
	"testing/quick"
	"time"
)

func TestMoney(t *testing.T) {
	for s, want := range map[string]int64{
		"300万": 300_000_000, "1.62亿": 16_200_000_000, "278.45万": 278_450_000, "23.0001亿": 230_001_000_000,
		"0.9万": 900_000, "1200": 120_000, "12.5元": 1250, "-3万": -3_000_000, "0": 0,
	} {
		if got, err := parseMoney(s); err != nil || got != want {
			t.Errorf("%s = %d %v, want %d", s, got, err, want)
		}
	}
	for _, s := range []string{"", "万", "1.001", "abc", "1e9万", "12万3"} {
		if got, err := parseMoney(s); err == nil {
			t.Errorf("%q read as %d", s, got)
		}
	}
}

// The shares of a split sum to its total exactly, whatever the cases, and items
// of one group differ by a fen at most.
func TestSplitSumsExactly(t *testing.T) {
	exact := func(total uint32, n uint8, first uint16) bool {
		items := int(n)%50 + 2
		amount := int64(first) % (int64(total) + 1)
		shares, err := splitShares(int64(total), items, []Case{{From: 1, To: 1, Amount: amount}})
		if err != nil {
			return false
		}
		sum, lo, hi := shares[0], shares[1], shares[1]
		for _, s := range shares[1:] {
			sum += s
			lo, hi = min(lo, s), max(hi, s)
		}
		return sum == int64(total) && shares[0] == amount && hi-lo <= 1
	}
	if err := quick.Check(exact, nil); err != nil {
		t.Error(err)
	}
}

func TestSplitOfTheStory(t *testing.T) {
	v, err := parseValue("分摊(2800万; 1..5=1398万)")
	if err != nil {
		t.Fatal(err)
	}
	var since, all int64
	for i := range 10 {
		x, err := v.forItem(i, 10)
		if err != nil {
			t.Fatal(err)
		}
		all += x.Total
		if i < 5 {
			since += x.Total
		}
	}
	if all != 2_800_000_000 || since != 1_398_000_000 {
		t.Errorf("all %d, first five %d", all, since)
	}
}

func TestSplitRefusesWhatDoesNotAdd(t *testing.T) {
	for _, cases := range [][]Case{
		{{From: 1, To: 3, Amount: 5}},                              // all items, wrong sum
		{{From: 1, To: 1, Amount: 20}},                             // more than the total
		{{From: 2, To: 9, Amount: 1}},                              // beyond the items
		{{From: 1, To: 2, Amount: 1}, {From: 2, To: 2, Amount: 1}}, // twice
	} {
		if got, err := splitShares(10, 3, cases); err == nil {
			t.Errorf("%v gave %v", cases, got)
		}
	}
}

func TestItemValues(t *testing.T) {
	sel, err := parseValue("[1..2:online 其余:counter]")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"online", "online", "counter"} {
		if x, err := sel.forItem(i, 3); err != nil || x.Text != want {
			t.Errorf("item %d = %v %v", i, x, err)
		}
	}
	town, _ := parseValue("镇{1..2}")
	if x, _ := town.forItem(2, 3); x.Text != "镇1" {
		t.Errorf("series is dealt round: %v", x)
	}
	grid, err := parseValue("格点(36.5,119.0; 0.01; 2)")
	if err != nil {
		t.Fatal(err)
	}
	if x, _ := grid.forItem(3, 4); x.Text != "36.510000,119.010000" {
		t.Errorf("lattice %v", x)
	}
	turns, err := parseValue("轮流(甲,乙,[丙,丁])")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"甲", "乙", "[丙，丁]", "甲"} {
		if x, err := turns.forItem(i, 4); err != nil || x.String() != want {
			t.Errorf("turn %d = %v %v", i, x, err)
		}
	}
	if _, err := parseValue("轮流()"); err == nil {
		t.Error("turns of nothing are refused")
	}
	whole, err := parseValue("分摊(10个; 1=4个)")
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"4", "3", "3"} {
		if x, err := whole.forItem(i, 3); err != nil || x.Text != want {
			t.Errorf("share %d = %v %v", i, x, err)
		}
	}
	args := argsOf(t, "amount=分摊(9万)，credit={amount}，note=「共{amount}」，n={n}")
	got, err := itemArgs(args, 0, 3)
	if err != nil {
		t.Fatal(err)
	}
	if v, _ := got.Get("credit"); v.Kind != Fen || v.Total != 3_000_000 {
		t.Errorf("hole takes the value itself: %+v", v)
	}
	if got.Text("note") != "共30000元" || got.Text("n") != "1" {
		t.Errorf("holes in text: %+v", got)
	}
}

func TestBatchDays(t *testing.T) {
	args := argsOf(t, "a=1，日=2022-05-01..2022-05-10")
	days, rest, err := batchDays(Batch{N: 20, Args: args})
	if err != nil || len(rest) != 1 {
		t.Fatal(rest, err)
	}
	if days[0].String() != "2022-05-01" || days[1] != days[0] || days[19].String() != "2022-05-10" {
		t.Errorf("days %v", days)
	}
	args = argsOf(t, "日=[1:2022-05-02 其余:2022-05-03]")
	if days, _, err = batchDays(Batch{N: 2, Args: args}); err != nil || days[0]+1 != days[1] {
		t.Errorf("selected days %v %v", days, err)
	}
}

func TestInstant(t *testing.T) {
	got, err := parseInstant("2022-06-08 24:00")
	if err != nil || !got.Equal(time.Date(2022, 6, 8, 16, 0, 0, 0, time.UTC)) {
		t.Errorf("24:00 is the next midnight in Beijing: %v %v", got, err)
	}
	for _, s := range []string{"2022-13-01", "2022-06-08 24:01", "2022-06-08 9", "昨天"} {
		if got, err := parseInstant(s); err == nil {
			t.Errorf("%q read as %v", s, got)
		}
	}
}

func TestFigureRounding(t *testing.T) {
	yes := Compare{Op: "~", Want: Value{Text: "37.3%"}}
	if err := compareFigure(yes, 3729.0, "bp"); err != nil {
		t.Error(err)
	}
	if err := compareFigure(yes, 3736.0, "bp"); err == nil {
		t.Error("37.36% is not printed as 37.3%")
	}
	if err := compareFigure(Compare{Op: ">", Want: Value{Text: "23亿"}}, 230_001_000_000.0, "fen"); err != nil {
		t.Error(err)
	}
	if err := compareFigure(Compare{Op: "=", Want: Value{Text: "4771万"}}, 4_771_000_000.0, "fen"); err != nil {
		t.Error(err)
	}
}

func argsOf(t *testing.T, text string) Args {
	t.Helper()
	half, err := clean(text)
	if err != nil {
		t.Fatal(err)
	}
	args, err := parseArgs(half)
	if err != nil {
		t.Fatal(err)
	}
	return args
}
