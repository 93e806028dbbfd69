#!/usr/bin/env bash
# Makes the real clients: the SDKs of OpenAI for Python and for JavaScript, and of Anthropic for Python;
# Hugging Face's client of its Hub; and PyJWT.
#
#   tests/real/clients.sh            installs what is missing
#   tests/real/clients.sh --present  fails (3) where something is missing
#
# Prints CLIENT_PYTHON=path of an interpreter that has `openai`, `anthropic`, `huggingface_hub` and
# `jwt`, and CLIENT_NODE_MODULES=path of a node_modules that has `openai`; set it as NODE_PATH is set, or link it beside the script.

. "$(dirname "${BASH_SOURCE[0]}")/parts.sh"

python_version=3.54.0
anthropic_version=2.12.0
node_version=6.49.0
jwt_version=2.15.1
hub_version=2.4.0
python="$cache/python-openai-$python_version-anthropic-$anthropic_version-jwt-$jwt_version-hub-$hub_version"
node="$cache/openai-node-$node_version"

make_python() {
  tools
  say "installing openai $python_version, anthropic $anthropic_version, pyjwt $jwt_version and" \
    "huggingface_hub $hub_version for python"
  rm -rf "$python"
  python3 -m venv "$python" >&2
  retry uv pip install --quiet --python "$python/bin/python" "openai==$python_version" \
    "anthropic==$anthropic_version" "pyjwt[crypto]==$jwt_version" "huggingface_hub==$hub_version"
  touch "$python/ready"
}

make_node() {
  local work="$node.part"
  rm -rf "$work"
  mkdir -p "$work"
  say "installing openai $node_version for node"
  printf '{"private":true}\n' >"$work/package.json"
  retry npm install --prefix "$work" --no-audit --no-fund --loglevel=error \
    "openai@$node_version"
  touch "$work/ready"
  settle "$node" "$work"
}

for part in python node; do
  if [ ! -e "${!part}/ready" ]; then
    if [ "${1:-}" = --present ]; then
      say "no openai for $part: run tests/real/clients.sh"
      exit 3
    fi
    "make_$part"
  fi
done
printf 'CLIENT_PYTHON=%s\nCLIENT_NODE_MODULES=%s\n' "$python/bin/python" "$node/node_modules"
