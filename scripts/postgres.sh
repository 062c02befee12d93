#!/usr/bin/env bash
# A private PostgreSQL for the tests: `postgres.sh start` prints its address,
# `postgres.sh stop` ends it. Its data lie under .cache and are thrown away. `start fast`
# does not wait for the disk: for tests, which never cut the machine's power; figures are
# taken without it.
# PostgreSQL refuses to run as root, so root hands it to the user postgres.
set -euo pipefail
here=$(cd "$(dirname "$0")/.." && pwd)
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -n 1)
if [ "$(id -u)" = 0 ]; then
  data=/var/tmp/linqiao-test-pg; as() { su postgres -s /bin/bash -c "$1"; }
else
  data=$here/.cache/pg; as() { bash -c "$1"; }
fi
port=${LINQIAO_TEST_PG_PORT:-54871}
[ "$port" = 54871 ] || data=$data-$port
relax=
[ "${2:-}" = fast ] && relax='-c fsync=off -c synchronous_commit=off -c full_page_writes=off'
case ${1:-} in
start)
  if ! as "$bin/pg_ctl -D $data status" >/dev/null 2>&1; then
    rm -rf "$data"; mkdir -p "$data"
    [ "$(id -u)" = 0 ] && chown postgres "$data"
    as "$bin/initdb -D $data -U linqiao --auth=trust --encoding=UTF8 --locale=C.UTF-8" >/dev/null
    as "$bin/pg_ctl -D $data -w -l $data/log -o '-p $port -k $data -c listen_addresses=127.0.0.1 -c max_connections=200 -c shared_buffers=256MB $relax' start" >/dev/null
    as "$bin/createdb -h 127.0.0.1 -p $port -U linqiao linqiao_test"
  fi
  echo "postgres://linqiao@127.0.0.1:$port/linqiao_test?sslmode=disable"
  ;;
halt) # at once and without a word to anybody, as in a crash; its data stay
  as "$bin/pg_ctl -D $data -m immediate stop" >/dev/null
  ;;
resume) as "$bin/pg_ctl -D $data -w -l $data/log start" >/dev/null ;;
stop) as "$bin/pg_ctl -D $data -m immediate stop" >/dev/null 2>&1 || true; rm -rf "$data" ;;
*) echo "usage: postgres.sh start [fast]|halt|resume|stop" >&2; exit 2 ;;
esac
