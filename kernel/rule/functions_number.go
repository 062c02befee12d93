package rule

import (
	"errors"
	"hash/fnv"
	"math/big"
	"sort"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
)

// numberFunctions: share split sample.
func numberFunctions(add adder) {
	num := cel.IntType
	add("share", cel.Overload("share_ints", []*cel.Type{num, num}, num, cel.BinaryBinding(share)))
	add("split", cel.Overload("split_ints", []*cel.Type{num, cel.ListType(num), num}, num, cel.FunctionBinding(split)))
	add("sample", cel.Overload("sample_id", []*cel.Type{cel.StringType, num}, cel.BoolType,
		cel.BinaryBinding(func(id, percent ref.Val) ref.Val {
			return types.Bool(Sample(string(id.(types.String)), int64(percent.(types.Int))))
		})))
}

func share(part, whole ref.Val) ref.Val {
	w := int64(whole.(types.Int))
	bp, ok := Share(int64(part.(types.Int)), w)
	switch {
	case ok:
		return types.Int(bp)
	case w == 0:
		return types.WrapErr(&Unset{Path: "share"})
	}
	return types.NewErr("share: out of range")
}

// Sample draws about percent of all ids, the same ones on every machine: FNV-1a
// of the id, finished with a multiply-and-shift, modulo 100.
func Sample(id string, percent int64) bool {
	h := fnv.New64a()
	h.Write([]byte(id))
	x := h.Sum64()
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return int64(x%100) < percent
}

func split(args ...ref.Val) ref.Val {
	var weights []int64
	err := eachOf(args[1], func(v ref.Val) error {
		weights = append(weights, int64(v.(types.Int)))
		return nil
	})
	if err != nil {
		return types.WrapErr(err)
	}
	i := int64(args[2].(types.Int))
	if i < 0 || i >= int64(len(weights)) {
		return types.NewErr("split: no part %d of %d", i, len(weights))
	}
	parts, err := Split(int64(args[0].(types.Int)), weights)
	if err != nil {
		return types.WrapErr(err)
	}
	return types.Int(parts[i])
}

// Split shares a total by weights with the largest remainder: the parts always
// add up to the total. Equal remainders go to the earlier place (lists are in
// order of creation, and so of id). *Unset when all weights are 0.
func Split(total int64, weights []int64) ([]int64, error) {
	all := new(big.Int)
	for _, w := range weights {
		if w < 0 {
			return nil, errors.New("split: negative weight")
		}
		all.Add(all, big.NewInt(w))
	}
	if all.Sign() == 0 {
		return nil, &Unset{Path: "split"}
	}
	if total < 0 {
		parts, err := Split(-total, weights)
		for i := range parts {
			parts[i] = -parts[i]
		}
		return parts, err
	}
	parts := make([]int64, len(weights))
	rest := make([]*big.Int, len(weights))
	order := make([]int, len(weights))
	left := total
	for i, w := range weights {
		q := new(big.Int).Mul(big.NewInt(total), big.NewInt(w))
		rest[i] = new(big.Int)
		q.QuoRem(q, all, rest[i])
		parts[i] = q.Int64()
		left -= parts[i]
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return rest[order[a]].Cmp(rest[order[b]]) > 0 })
	for _, i := range order[:left] {
		parts[i]++
	}
	return parts, nil
}
