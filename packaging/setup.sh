#!/bin/sh
# Makes .venv with everything locked, and the system libraries it stands on where this may be done.
# Usage: packaging/setup.sh [python]
set -eu
cd "$(dirname "$0")/.."
python=${1:-python3}

"$python" - <<'PY' || { echo "Linli needs Python 3.11, 3.12 or 3.13: make PYTHON=/path/to/python3.12 …" >&2; exit 1; }
import sys
sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
PY

if command -v dpkg-query >/dev/null 2>&1; then
  missing=
  for package in $(sed 's/#.*//; s/ .*//' packaging/debian-packages.txt); do
    # A Python from elsewhere brings its own venv.
    if [ "$package" = python3-venv ] && "$python" -c 'import ensurepip, venv' 2>/dev/null; then continue; fi
    dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q ' installed$' || missing="$missing $package"
  done
  if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ]; then as_root=; elif sudo -n true 2>/dev/null; then as_root=sudo; else as_root=none; fi
    if [ "$as_root" = none ]; then
      echo "Some system packages are missing. An administrator can install them with:" >&2
      echo "  sudo apt-get install --no-install-recommends$missing" >&2
    else
      # policy-rc.d: the broker is started by Linli itself, not as a service of this machine.
      policy=/usr/sbin/policy-rc.d
      made_policy=
      # Whatever ends this script: left behind, it would keep every later service of this machine from starting.
      trap '[ -z "$made_policy" ] || $as_root rm -f "$policy"' EXIT
      trap 'exit 130' INT TERM
      if [ ! -e "$policy" ]; then
        made_policy=1
        printf '#!/bin/sh\nexit 101\n' | $as_root tee "$policy" >/dev/null && $as_root chmod +x "$policy"
      fi
      $as_root apt-get update -q || true
      DEBIAN_FRONTEND=noninteractive $as_root apt-get install -qy --no-install-recommends $missing ||
        echo "apt could not install:$missing (going on without)" >&2
      [ -z "$made_policy" ] || $as_root rm -f "$policy"
      made_policy=
    fi
  fi
fi

[ -x .venv/bin/python ] || "$python" -m venv .venv
.venv/bin/python -m pip install --quiet --require-hashes -r packaging/lock.txt
.venv/bin/python -m pip install --quiet --no-deps --no-build-isolation --editable .
.venv/bin/python -m compileall -q desktop ui db resources .venv/lib >/dev/null 2>&1 || true
touch .venv/ready
