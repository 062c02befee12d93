#!/usr/bin/env bash
# Fuzz every parser: fuzz.sh [seconds for each, 30 unless told] [part of a target's name].
# One target after the other, with one worker; what breaks is kept by Go below the
# package's testdata/fuzz and is then a test of `go test`.
set -euo pipefail
cd "$(dirname "$0")/.."
each=${1:-30}
only=${2:-Fuzz}
failed=0
while IFS=: read -r file _ line; do
  target=$(sed -E 's/^func (Fuzz[A-Za-z0-9]+).*/\1/' <<<"$line")
  [[ $target == *$only* ]] || continue
  echo "== ./$(dirname "$file") $target"
  go test "./$(dirname "$file")" -run '^$' -fuzz "^$target\$" -fuzztime "${each}s" -parallel 1 | tail -n 3 || failed=1
done < <(git ls-files -co --exclude-standard '*_test.go' | xargs grep -n '^func Fuzz')
exit "$failed"
