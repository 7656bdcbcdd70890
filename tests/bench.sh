#!/bin/sh
# Prints what kept pages cost beside nginx’ static files, and made ones beside a trivial view, in one run.
set -eu
cd "$(dirname "$0")/.."
. requirements/install.sh
install_requirements test
exec .venv/bin/python -m tests.bench "$@"
