#!/bin/sh
# Prints requests per second and CPU per request of the home page and an article, beside a trivial view, in one run.
set -eu
cd "$(dirname "$0")/.."
. requirements/install.sh
install_requirements test
exec .venv/bin/python -m tests.bench "$@"
