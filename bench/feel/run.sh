#!/bin/sh
# Our evaluator beside a FEEL engine on random conditions: run.sh FOLDER [SEED [COUNT]]
# The first 250 cases are kept for the tests of crates/domain/guideline, which need no engine.
set -eu
cd "$(dirname "$0")/../.."
folder=${1:?a folder for the engine}; seed=${2:-1}; count=${3:-20000}
mkdir -p "$folder"
cp bench/feel/package.json bench/feel/oracle.mjs "$folder"
[ -d "$folder/node_modules/feelin" ] || (cd "$folder" && npm install --no-audit --no-fund --silent)
cargo run -q -p banso-bench-feel -- "$seed" "$count" > "$folder/cases.jsonl"
node "$folder/oracle.mjs" --record 250 crates/domain/guideline/tests/feel.tsv < "$folder/cases.jsonl"
