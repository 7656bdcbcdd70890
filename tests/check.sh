#!/bin/sh
# Style, the floors of the house, and types.
set -eu
cd "$(dirname "$0")/.."
.venv/bin/ruff check --quiet .
.venv/bin/ruff format --quiet --check .
.venv/bin/djade --target-version 5.2 --check $(find templates -name '*.html') >/dev/null ||
  { echo 'Templates: run make format.' >&2; exit 1; }
PYTHONPATH=. .venv/bin/lint-imports --no-logo >/dev/null || PYTHONPATH=. .venv/bin/lint-imports
DEMO=1 DATA_DIR="$(mktemp -d)" .venv/bin/mypy .
