#!/usr/bin/env bash
# Build the console and the phone app, unless nothing changed since the last build.
set -euo pipefail
cd "$(dirname "$0")/../web"
stamp=../.cache/web-build
mkdir -p ../.cache
sum=$(git ls-files -co --exclude-standard . | sort | xargs sha256sum | sha256sum | cut -d' ' -f1)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$sum" ] && [ -f console/dist/index.html ] && [ -f mobile/dist/index.html ]; then
  exit 0
fi
node build/installed.mjs || npm ci --no-audit --no-fund
npm run --silent -w console build
npm run --silent -w mobile build
echo "$sum" > "$stamp"
