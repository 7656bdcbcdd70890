# Sourced by ./run and make: makes .venv and installs hash-locked requirements, once for each change of them.

find_python() {
  for name in python3.14 python3.13 python3.12 python3.11 python3; do
    if command -v "$name" >/dev/null 2>&1 && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
      echo "$name"
      return
    fi
  done
  echo "Python 3.11 or newer is needed." >&2
  return 1
}

make_venv() {
  if ! "$1" -c 'import ensurepip, venv' 2>/dev/null; then
    echo "Python cannot make virtual environments here. On Debian: apt install python3-venv" >&2
    return 1
  fi
  echo "Making .venv ..."
  "$1" -m venv .venv
}

# install_requirements base|test
install_requirements() {
  if [ ! -x .venv/bin/python ]; then
    python=$(find_python) || exit 1
    make_venv "$python" || exit 1
  fi
  wanted=$(cat "requirements/$1.txt" requirements/uv.txt | .venv/bin/python -c 'import hashlib, sys; print(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())')
  [ "$(cat ".venv/$1.stamp" 2>/dev/null)" = "$wanted" ] && return 0
  echo "Installing requirements/$1.txt ..."
  if .venv/bin/pip install -q --disable-pip-version-check --require-hashes --only-binary :all: -r requirements/uv.txt; then
    VIRTUAL_ENV="$PWD/.venv" .venv/bin/uv pip install -q --require-hashes -r "requirements/$1.txt" || exit 1
  else
    .venv/bin/pip install -q --disable-pip-version-check --require-hashes -r "requirements/$1.txt" || exit 1
  fi
  echo "$wanted" > ".venv/$1.stamp"
}
