#!/usr/bin/env bash
# Prints the path of a Chromium for the browser tests; installs one if there is none.
# Order: CHROMIUM_PATH, a system browser, Debian's package (as root or by sudo), Playwright's own download.
set -euo pipefail
cd "$(dirname "$0")/.."

found() {
    lean "$1"
    printf '%s\n' "$1"
    exit 0
}

# Debian has the same Chromium without its windows too, which tests need a third less time with (tests/conftest.py).
# Whether it can be installed is no matter: without it they take the whole one.
lean() {
    [ "$1" = /usr/bin/chromium ] && [ ! -e /usr/bin/chromium-headless-shell ] && command -v apt-get >/dev/null || return 0
    local as_root="" take="env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends --no-remove"
    [ "$(id -u)" -eq 0 ] || as_root="sudo -n"
    $as_root timeout 120 $take chromium-headless-shell >/dev/null 2>&1 ||
        { $as_root timeout 60 apt-get update -qq && $as_root timeout 120 $take chromium-headless-shell; } >/dev/null 2>&1 ||
        echo "Debian's chromium-headless-shell could not be installed: browser tests take a third longer." >&2
}

starts() { # Ubuntu has a chromium-browser that only says which snap to install
    "$1" --version >/dev/null 2>&1
}

playwrights() {
    .venv/bin/python - <<'PYTHON'
from playwright.sync_api import sync_playwright

with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
PYTHON
}

if [ -n "${CHROMIUM_PATH:-}" ]; then
    [ -x "$CHROMIUM_PATH" ] && found "$CHROMIUM_PATH"
    echo "CHROMIUM_PATH is set to $CHROMIUM_PATH, which is not a program. Correct it or unset it." >&2
    exit 1
fi

for name in chromium chromium-browser google-chrome google-chrome-stable; do
    path=$(command -v "$name") && starts "$path" && found "$path"
done

# Playwright's own, downloaded by an earlier run.
path=$(playwrights 2>/dev/null || true)
[ -n "$path" ] && [ -x "$path" ] && starts "$path" && found "$path"

if command -v apt-get >/dev/null; then
    as_root=""
    [ "$(id -u)" -eq 0 ] || as_root="sudo -n"
    echo "No Chromium found; installing Debian's package." >&2
    if $as_root apt-get update -qq >&2 &&
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >&2; then
        path=$(command -v chromium) && starts "$path" && found "$path"
    fi
fi

echo "Downloading Playwright's Chromium." >&2
if .venv/bin/playwright install chromium >&2; then
    path=$(playwrights)
    [ -x "$path" ] && starts "$path" && found "$path"
fi
echo "No Chromium could be found or installed. Install one and set CHROMIUM_PATH to its program." >&2
exit 1
