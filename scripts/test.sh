#!/usr/bin/env bash
# All tests, or one part: test.sh [go|web|e2e]. Sets up what it needs itself.
set -euo pipefail
cd "$(dirname "$0")/.."
part=${1:-all}
scripts/setup.sh "$part"
[ -f web/node_modules/.package-lock.json ] && [ web/node_modules/.package-lock.json -nt web/package-lock.json ] || \
  (cd web && npm ci --no-audit --no-fund && touch node_modules/.package-lock.json)
if [ "$part" != go ]; then scripts/web-build.sh; fi
if [ "$part" = all ] || [ "$part" = go ]; then
  LINQIAO_TEST_PG=$(scripts/postgres.sh start fast); export LINQIAO_TEST_PG
  trap 'scripts/postgres.sh stop' EXIT
  go vet ./...
  test -z "$(gofmt -l $(git ls-files '*.go'))" || { echo 'gofmt wants changes'; exit 1; }
  go test -timeout 60m ./...
fi
if [ "$part" = all ] || [ "$part" = web ]; then
  (cd web && npm run --silent type-check && npm run --silent test && npm run --silent budget)
fi
if [ "$part" = all ] || [ "$part" = e2e ]; then
  go build -trimpath -o bin/linqiao ./cmd/linqiao
  (cd web && npm run --silent e2e)
fi
