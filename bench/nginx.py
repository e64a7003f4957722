"""An nginx that serves the badge's bytes: what 50 viewers at once are compared with."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

AT = "/badge"
# nginx says these itself
_OWN = frozenset({"content-length", "content-type", "date", "server", "connection", "content-encoding"})
_CONF = """\
daemon off;
{user}pid {folder}/nginx.pid;
error_log stderr crit;
worker_processes {workers};
events {{ worker_connections 1024; }}
http {{
    access_log off;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port};
        location = {at} {{
            alias {folder}/badge;
            default_type "text/html; charset=utf-8";
            etag off;
            if_modified_since off;
{headers}        }}
    }}
}}
"""


def program() -> str:
    """Its path, as scripts/nginx.sh found it; empty where there is none."""
    return os.environ.get("NGINX_PATH", "")


def configured(folder: Path, port: int, workers: int, body: bytes, headers: Mapping[str, str]) -> list[str]:
    """The command of one that answers `AT` with this body and these headers."""
    folder.mkdir()
    (folder / "badge").write_bytes(body)
    lines = [
        f"            add_header {name} {_quoted(value)} always;\n"
        for name, value in headers.items()
        if name.lower() not in _OWN
    ]
    user = "user root;\n" if os.geteuid() == 0 else ""  # else its workers are somebody who may not read the folder
    text = _CONF.format(user=user, folder=folder, port=port, workers=workers, at=AT, headers="".join(lines))
    (folder / "nginx.conf").write_text(text)
    return [program(), "-c", str(folder / "nginx.conf"), "-p", str(folder)]


def _quoted(value: str) -> str:
    quote = '"' if "'" in value else "'"
    return f"{quote}{value}{quote}"
