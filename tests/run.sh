#!/bin/sh
# Installs what the tests need and runs all of them: style and types, then the suite on SQLite, then on PostgreSQL.
set -eu
cd "$(dirname "$0")/.."
. requirements/install.sh
install_requirements test
sh tests/check.sh

if ! command -v chromium >/dev/null && ! command -v chromium-browser >/dev/null && ! command -v google-chrome >/dev/null; then
  echo "No Chromium: the browser journeys are skipped. On Debian: apt install chromium"
fi

echo "== SQLite"
.venv/bin/python -m pytest "$@"

if [ -z "${TEST_DATABASE_URL-}" ]; then
  if [ "${CI-}" = true ]; then
    echo "TEST_DATABASE_URL is not set: under CI the suite must run on PostgreSQL too." >&2
    exit 1
  fi
  echo "== PostgreSQL: skipped. Set TEST_DATABASE_URL=postgresql://… to run the suite there too."
  exit 0
fi
echo "== PostgreSQL"
DATABASE_URL="$TEST_DATABASE_URL" .venv/bin/python -m pytest "$@"
