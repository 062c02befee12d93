#!/usr/bin/env bash
# The figures of docs/performance.md, as ratios taken side by side in one run.
set -euo pipefail
cd "$(dirname "$0")/.."
go run ./bench "$@"
