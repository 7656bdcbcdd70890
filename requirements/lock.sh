#!/bin/sh
# Pins requirements/*.in with hashes for Python 3.11 to 3.14. The files name no host.
set -eu
cd "$(dirname "$0")/.."
. requirements/install.sh
install_requirements base
options="--universal --generate-hashes --no-header --no-annotate --quiet -p 3.11"
for name in base test; do
  # shellcheck disable=SC2086
  .venv/bin/uv pip compile $options "$@" "requirements/$name.in" -o "requirements/$name.txt"
done
