#!/usr/bin/env bash
# Makes a real OpenID Connect issuer: `oidc-provider` for node, run by tests/real/issuer.mjs.
#
#   tests/real/oidc.sh            installs what is missing
#   tests/real/oidc.sh --present  fails (3) where something is missing
#
# Prints OIDC_NODE_MODULES=path of a node_modules that has `oidc-provider` and `jose`.

. "$(dirname "${BASH_SOURCE[0]}")/parts.sh"

provider_version=9.13.3
jose_version=6.2.18
home="$cache/oidc-provider-$provider_version-jose-$jose_version"

make_provider() {
  local work="$home.part"
  rm -rf "$work"
  mkdir -p "$work"
  say "installing oidc-provider $provider_version and jose $jose_version for node"
  printf '{"private":true}\n' >"$work/package.json"
  retry npm install --prefix "$work" --no-audit --no-fund --loglevel=error \
    "oidc-provider@$provider_version" "jose@$jose_version"
  touch "$work/ready"
  settle "$home" "$work"
}

if [ ! -e "$home/ready" ]; then
  if [ "${1:-}" = --present ]; then
    say "no oidc-provider: run tests/real/oidc.sh"
    exit 3
  fi
  make_provider
fi
printf 'OIDC_NODE_MODULES=%s\n' "$home/node_modules"
