#!/usr/bin/env bash
# Prints the path of an nginx for the benchmark; unpacks Debian's beside .venv if there is none: as a file, not as a
# service. Prints nothing where neither is possible, and says why.
set -euo pipefail
cd "$(dirname "$0")/.."

runs() {
    "$1" -v >/dev/null 2>&1
}

unpacked=.venv/nginx/usr/sbin/nginx
for path in "${NGINX_PATH:-}" "$(command -v nginx || true)" /usr/sbin/nginx "$unpacked"; do
    if [ -n "$path" ] && [ -x "$path" ] && runs "$path"; then
        realpath "$path"
        exit 0
    fi
done

if command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null; then
    echo "No nginx found; unpacking Debian's package." >&2
    mkdir -p .venv/nginx
    if (cd .venv/nginx && apt-get download -qq nginx >&2 && dpkg-deb -x nginx_*.deb .) && runs "$unpacked"; then
        realpath "$unpacked"
        exit 0
    fi
fi
echo "No nginx could be found or unpacked: the benchmark goes without. Install one, or set NGINX_PATH." >&2
