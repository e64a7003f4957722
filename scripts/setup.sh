#!/usr/bin/env bash
# Makes .venv and installs Inlay into it, with its tests' tools; does nothing when that is already so.
# All output goes to stderr: the first line on stdout belongs to whatever is started next.
set -euo pipefail
cd "$(dirname "$0")/.."
exec >&2

VENV=.venv
STAMP=$VENV/.installed

fingerprint() { # what the installation depends on: the project file and the interpreter
    { cat pyproject.toml && "$VENV/bin/python" --version && pwd; } | cksum
}

if [ -x "$VENV/bin/python" ] && [ -f "$STAMP" ] && [ "$(cat "$STAMP")" = "$(fingerprint)" ]; then
    exit 0
fi

find_python() {
    local name
    for name in ${PYTHON:-} python3.13 python3.12 python3.11 python3 python; do
        if command -v "$name" >/dev/null &&
            "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    echo "Inlay needs Python 3.11 or newer, and found none. Install it, or name it: make PYTHON=/path/to/python3" >&2
    return 1
}

make_venv() {
    "$1" -m venv --clear "$VENV" >/dev/null 2>&1
}

if ! [ -x "$VENV/bin/python" ] || ! "$VENV/bin/python" -m pip --version >/dev/null 2>&1; then
    python=$(find_python)
    echo "Making $VENV with $("$python" --version)."
    if ! make_venv "$python"; then
        # Debian keeps ensurepip in a package of its own.
        package="python$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')-venv"
        as_root=""
        [ "$(id -u)" -eq 0 ] || as_root="sudo -n"
        echo "This Python cannot make virtual environments yet; trying to install $package."
        if ! { command -v apt-get >/dev/null && $as_root apt-get update -qq &&
            $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "$package" && make_venv "$python"; }; then
            echo "Install the package $package (or Python's venv and ensurepip), then try again."
            exit 1
        fi
    fi
fi

echo "Installing Inlay into $VENV (this takes a minute the first time)."
if ! "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-compile --editable '.[dev]'; then
    echo "The packages could not be installed. Is the package registry reachable? Then try again."
    exit 1
fi
# pip compiles one file after the other; this uses all cores, and leaves out the clouds that moto imitates
"$VENV/bin/python" -m compileall -q -j 0 -x '/moto/' "$VENV/lib" >/dev/null 2>&1 || true
fingerprint >"$STAMP"
