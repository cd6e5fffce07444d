#!/usr/bin/env bash
# Installs what the tests need beyond pip: a browser, fonts of the six languages, and an independent Kafka client.
# Where it may not install, it says which command does, and fails.
set -euo pipefail
packages=()
command -v chromium-headless-shell >/dev/null || packages+=(chromium-headless-shell)
command -v kcat >/dev/null || packages+=(kcat)
fc-list 2>/dev/null | grep -qi 'NotoSansArabic' || packages+=(fontconfig fonts-noto-core)
fc-list 2>/dev/null | grep -qi 'NotoSansCJK' || packages+=(fonts-noto-cjk)
[ ${#packages[@]} -eq 0 ] && exit 0
command="apt-get install -y --no-install-recommends ${packages[*]}"
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive $command -qq
else
  echo "The tests need: ${packages[*]}. Install them with: sudo apt-get update && sudo $command" >&2
  exit 1
fi
