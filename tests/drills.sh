#!/bin/sh
# The drills: kills under load, floods, long sends and large archives. Once, on PostgreSQL where there is one,
# since that is what busy sites run; what is marked for SQLite alone runs there.
set -eu
cd "$(dirname "$0")/.."
. requirements/install.sh
install_requirements test
if [ -n "${TEST_DATABASE_URL-}" ]; then
  echo "== Drills on PostgreSQL"
  DATABASE_URL="$TEST_DATABASE_URL" .venv/bin/python -m pytest -m "drill and not on_sqlite" "$@"
  echo "== Drills on SQLite"
  .venv/bin/python -m pytest -m "drill and on_sqlite" "$@"
else
  echo "== Drills on SQLite"
  .venv/bin/python -m pytest -m drill "$@"
fi
