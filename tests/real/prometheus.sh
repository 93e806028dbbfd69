#!/usr/bin/env bash
# Makes a real Prometheus: the server and promtool, unpacked from Debian's package.
#
#   tests/real/prometheus.sh            downloads what is missing; needs no root
#   tests/real/prometheus.sh --present  fails (3) where something is missing
#
# Prints PROMETHEUS=path and PROMTOOL=path.

. "$(dirname "${BASH_SOURCE[0]}")/parts.sh"

home="$cache/prometheus-debian"

make_prometheus() {
  local work="$home.part"
  rm -rf "$work"
  mkdir -p "$work/root"
  say "fetching prometheus"
  (cd "$work" && retry apt-get download --quiet prometheus)
  dpkg -x "$work"/prometheus_*.deb "$work/root"
  settle "$home" "$work/root"
  rm -rf "$work"
}

if [ ! -x "$home/usr/bin/promtool" ]; then
  if [ "${1:-}" = --present ]; then
    say "no prometheus: run tests/real/prometheus.sh"
    exit 3
  fi
  make_prometheus
fi
printf 'PROMETHEUS=%s\nPROMTOOL=%s\n' "$home/usr/bin/prometheus" "$home/usr/bin/promtool"
