#!/usr/bin/env bash
# Breaks what can break under a running server and prints what was lost: nothing, or the
# run fails. faults.sh [kills] [seconds]: hard kills under load on each database (200), a
# full disk, a database that cuts its connections for so many seconds (60) and one that
# is restarted, a read-only disk, spoiled pages, killed backups, a clock set back, two
# linked systems killed. It takes about half an hour. PostgreSQL is one of its own, with
# its writes on the disk. The full disk needs the right to mount one.
set -euo pipefail
cd "$(dirname "$0")/.."
export LINQIAO_KILLS=${1:-200} LINQIAO_FAULT_SECONDS=${2:-60}
export LINQIAO_TEST_PG_PORT=54872
trap 'scripts/postgres.sh stop' EXIT
LINQIAO_TEST_PG=$(scripts/postgres.sh start); export LINQIAO_TEST_PG
export LINQIAO_TEST_PG_RESTART=$PWD/scripts/postgres.sh
go test ./testkit ./store -count=1 -timeout 90m -v -run 'TestKill$|TestFaults|TestDiskRefuses|TestBatchKilled|TestJournal$|TestLinkKilled|TestClock' |
  grep --line-buffered -E '^ *(---|===|ok|FAIL|panic)|_test.go:' | grep -v '=== \(RUN\|PAUSE\|CONT\|NAME\)'
