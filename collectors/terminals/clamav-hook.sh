#!/bin/sh
# clamd 的 VirusEvent 钩子：把一次发现写成一行 JSON，放进采集器的目录（sources.yaml 中 kind: line-folder）。
# clamd.conf：  VirusEvent /usr/local/bin/clamav-hook.sh
# 目录由环境变量 SANLING_HOOK_DIR 指定，须与采集器的目录在同一文件系统；先写 .tmp 再改名，采集器不会读到半个文件。
# 只用环境变量：命令行的 %f 可被文件名注入（CVE-2024-20328），新版已停用。
set -eu
dir="${SANLING_HOOK_DIR:-/var/spool/sanling-clamav}"
json() { printf '%s' "$1" | tr -d '\000-\037' | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g'; }
name="$(date -u +%Y%m%dT%H%M%S)-$$-$(od -An -N4 -tx4 /dev/urandom | tr -d ' ')"
tmp="$dir/.$name.tmp"
printf '{"at":"%s","host":"%s","virus":"%s","file":"%s"}\n' \
  "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(json "${SANLING_HOST_NAME:-$(hostname)}")" \
  "$(json "${CLAM_VIRUSEVENT_VIRUSNAME:-}")" "$(json "${CLAM_VIRUSEVENT_FILENAME:-}")" > "$tmp"
mv "$tmp" "$dir/$name.ndjson"
