#!/usr/bin/env bash
# Make the Debian package of a built binary: deb.sh [binary] [where]. The same binary and
# commit give the same package, byte for byte.
set -euo pipefail
cd "$(dirname "$0")/.."
bin=${1:-bin/linqiao}
out=${2:-bin}
[ -x "$bin" ] || { echo "没有 $bin：先 make build"; exit 1; }
SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(git log -1 --format=%ct 2>/dev/null || echo 0)}
export SOURCE_DATE_EPOCH
version=${VERSION:-0.1.0~$(date -u -d "@$SOURCE_DATE_EPOCH" +%Y%m%d%H%M)}
arch=$(go env GOARCH)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root
umask 022
install -d "$root/DEBIAN" "$root/usr/share/doc/linqiao" "$root/etc/linqiao"
install -D -m 755 "$bin" "$root/usr/bin/linqiao"
install -D -m 644 packaging/linqiao.service "$root/usr/lib/systemd/system/linqiao.service"
install -m 644 packaging/linqiao.env "$root/etc/linqiao/linqiao.env"
install -m 644 LICENSE "$root/usr/share/doc/linqiao/copyright"
install -m 644 README.md docs/operations.md docs/security.md "$root/usr/share/doc/linqiao/"
printf 'linqiao (%s) unstable; urgency=medium\n\n  * Built from the commit of %s.\n\n -- Linqiao maintainers <linqiao@localhost>  %s\n' "$version" \
  "$(date -u -d "@$SOURCE_DATE_EPOCH" +%F)" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n > "$root/usr/share/doc/linqiao/changelog.gz"
size=$(du -sk --apparent-size "$root" | cut -f1)
sed "s/@VERSION@/$version/; s/@ARCH@/$arch/; s/@SIZE@/$size/" packaging/deb/control > "$root/DEBIAN/control"
install -m 644 packaging/deb/conffiles "$root/DEBIAN/conffiles"
install -m 755 packaging/deb/postinst packaging/deb/prerm packaging/deb/postrm "$root/DEBIAN/"
(cd "$root" && find usr -type f -printf '%P\n' | LC_ALL=C sort | sed 's|^|usr/|' | xargs md5sum > DEBIAN/md5sums)
mkdir -p "$out"
dpkg-deb --root-owner-group -Zxz -z"${LEVEL:-6}" --build "$root" "$out/linqiao_${version}_$arch.deb" >&2
echo "$out/linqiao_${version}_$arch.deb"
