#!/bin/sh
# Style and types.
set -eu
cd "$(dirname "$0")/.."
.venv/bin/ruff check --quiet .
.venv/bin/ruff format --quiet --check .
DEMO=1 DATA_DIR="$(mktemp -d)" .venv/bin/mypy .
