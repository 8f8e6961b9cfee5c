#!/bin/sh
# Installs this folder without network: ./install.sh [--root DIR]
# Program to /opt/sanling, configuration to /etc/sanling (never overwritten), units to /etc/systemd/system. With --root
# everything goes below DIR and no user is made.
set -eu
here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd)
root=
[ "${1:-}" = --root ] && root=${2:?--root 后面要写目录}
if [ -z "$root" ] && [ "$(id -u)" -ne 0 ]; then
  echo '请以 root 运行，或用 --root 目录 试装' >&2
  exit 1
fi
[ "$here" = "$root/opt/sanling" ] && { echo '请在解开的目录里运行，不要在安装后的目录里运行' >&2; exit 1; }

umask 022
mkdir -p "$root/opt" "$root/etc/systemd/system" "$root/usr/local/bin"
if [ -d "$root/opt/sanling" ]; then
  # The program of before stays until the next installation: back is a rename, data have their own backup.
  rm -rf "$root/opt/sanling.previous"
  mv "$root/opt/sanling" "$root/opt/sanling.previous"
fi
cp -a "$here" "$root/opt/sanling"
ln -sf /opt/sanling/sanling "$root/usr/local/bin/sanling"
if [ ! -d "$root/etc/sanling" ]; then
  cp -a "$here/config" "$root/etc/sanling"
  find "$root/etc/sanling" -name '*.ts' -delete
else
  # A newer program may want rules that there were not before; what the office has edited stays.
  (cd "$here/config" && find . -type f -name '*.yaml') | while read -r file; do
    [ -e "$root/etc/sanling/$file" ] && continue
    mkdir -p "$root/etc/sanling/$(dirname "$file")"
    cp "$here/config/$file" "$root/etc/sanling/$file"
    echo "新增配置 /etc/sanling/${file#./}"
  done
fi
[ -e "$root/etc/sanling/environment" ] || cp "$here/docs/deploy/environment" "$root/etc/sanling/environment"
cp "$here"/docs/deploy/*.service "$root/etc/systemd/system/"
for folder in /var/lib/sanling /var/lib/sanling/sources.d /var/lib/sanling-anchors; do
  mkdir -p "$root$folder"
  chmod 700 "$root$folder"
done
if [ -z "$root" ]; then
  id sanling >/dev/null 2>&1 || useradd -r -d /var/lib/sanling -s /usr/sbin/nologin sanling
  chown sanling: /var/lib/sanling /var/lib/sanling/sources.d /var/lib/sanling-anchors
  # Passwords may stand in it: for root and the service alone.
  chown root:sanling /etc/sanling/environment
  chmod 640 /etc/sanling/environment
  command -v systemctl >/dev/null && systemctl daemon-reload || true
fi
echo '已安装到 /opt/sanling。下一步：改 /etc/sanling，然后'
echo '  sanling doctor'
echo '  sanling admin init'
echo '  systemctl enable --now sanling-server sanling-collectors'
