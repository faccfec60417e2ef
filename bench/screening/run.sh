#!/bin/sh
# The ten conditions in three engines over the same firms: run.sh FOLDER [FIRMS [FIRMS_FOR_CEL]]; PROFILE=release for a quicker build
set -eu
cd "$(dirname "$0")/../.."
folder=${1:?a folder for the firms}; firms=${2:-3365000}; few=${3:-200000}
target=${CARGO_TARGET_DIR:-target}; peer=$target/cel-peer
"$target/${PROFILE:-dist}/screening" ten --firms "$firms" --dump "$folder"
[ -x "$folder/venv/bin/python" ] || { python3 -m venv "$folder/venv" && "$folder/venv/bin/pip" install -q openfisca-core==46.0.1; }
"$folder/venv/bin/python" bench/screening/peers.py "$folder"
cargo build -q --release --manifest-path bench/screening/cel/Cargo.toml --target-dir "$peer"
"$peer/release/cel-peer" "$folder" "$few"
