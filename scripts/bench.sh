#!/usr/bin/env bash
# The figures of docs/performance.md, as ratios taken side by side in one run.
# bench.sh [-quick] [-only micro,w1,w2,roster] …; uses the tests' private PostgreSQL when
# one is installed and none is named in LINQIAO_TEST_PG.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
if [ -z "${LINQIAO_TEST_PG:-}" ] && [ -n "$bin" ]; then
  "$bin/pg_isready" -q -h 127.0.0.1 -p "${LINQIAO_TEST_PG_PORT:-54871}" || trap 'scripts/postgres.sh stop' EXIT
  LINQIAO_TEST_PG=$(scripts/postgres.sh start); export LINQIAO_TEST_PG
fi
go run ./bench "$@"
