# What the scripts of this folder share. Sourced, not run.
#
# Everything lands in a cache outside the checkout, keyed by version, so that a second run finds it:
#   ${SLUICE_CACHE:-$HOME/.cache/sluice}
# Standard output is for the answer (NAME=value lines); everything else goes to standard error.

set -euo pipefail

cache="${SLUICE_CACHE:-$HOME/.cache/sluice}"
jobs="${SLUICE_JOBS:-$(nproc)}"

say() { printf '%s\n' "$*" >&2; }

# Runs a command up to three times: registries and mirrors have bad moments.
retry() {
  local try
  for try in 1 2 3; do
    "$@" >&2 && return 0
    say "try $try of 3 failed: $*"
    sleep $((try * 3))
  done
  return 1
}

# Removes the first argument and puts the second in its place, so that a half-made part is never seen.
settle() {
  rm -rf "$1"
  mv "$2" "$1"
}

# A virtual environment with uv, cmake and ninja: tools that need no root.
tools() {
  local at="$cache/tools-1"
  if [ ! -x "$at/bin/uv" ] || [ ! -x "$at/bin/ninja" ] || [ ! -x "$at/bin/cmake" ]; then
    say "making the tool environment"
    rm -rf "$at"
    python3 -m venv "$at" >&2
    retry "$at/bin/pip" install --quiet uv==0.13.9 cmake==4.4.4 ninja==1.13.2
  fi
  PATH="$at/bin:$PATH"
}

mkdir -p "$cache"
