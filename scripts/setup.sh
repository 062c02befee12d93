#!/usr/bin/env bash
# Install what the tests need from Debian's packages, once: PostgreSQL, Chromium,
# a Chinese font. Nothing is installed when all is there.
set -euo pipefail
want=()
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || want+=(postgresql)
[ "${1:-all}" = go ] || { command -v chromium >/dev/null 2>&1 || want+=(chromium); fc-list 2>/dev/null | grep -qi 'cjk\|wqy' || want+=(fonts-noto-cjk fontconfig); }
[ ${#want[@]} -eq 0 ] && exit 0
sudo=""; [ "$(id -u)" = 0 ] || sudo=sudo
echo "installing: ${want[*]}"
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
$sudo apt-get install -y -qq --no-install-recommends "${want[@]}" >/dev/null
