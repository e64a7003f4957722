"""The peers' servers, started and ended beside Inlay's."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.demo.children import Child, Children
from bench.configuration import free_ports
from bench.peers.environment import element_script

_HERE = Path(__file__).resolve().parent
_READY_S = 90.0


@dataclass(frozen=True, slots=True)
class Peers:
    """Where they are, by name, and their processes."""

    url: dict[str, str]
    pid: dict[str, int]
    script: str  # of Gradio's element


@contextmanager
def running(python: Path, body: Path, state: Path) -> Iterator[Peers]:
    """Both, ready. Raises ChildEndedError."""
    ports = free_ports("gradio", "streamlit")
    commands = {
        "gradio": [str(python), str(_HERE / "gradio_badge.py"), str(ports["gradio"]), str(body)],
        "streamlit": [
            str(python), "-m", "streamlit", "run", str(_HERE / "streamlit_badge.py"),
            "--server.address=127.0.0.1", f"--server.port={ports['streamlit']}", "--server.headless=true",
            "--browser.gatherUsageStats=false", "--server.fileWatcherType=none", "--", str(body),
        ],
    }  # fmt: skip
    os.environ |= {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_OFFLINE": "1"}  # nothing here leaves the machine
    url = {name: f"http://localhost:{ports[name]}" for name in commands}
    with Children() as children:
        started: dict[str, Child] = {
            name: children.start(name, command, state / f"{name}.log", f"http://127.0.0.1:{ports[name]}/")
            for name, command in commands.items()
        }
        for child in started.values():
            child.wait_ready(children.http, time.monotonic() + _READY_S)
        script = f"{url['gradio']}/{element_script()}"
        yield Peers(url, {name: child.pid for name, child in started.items()}, script)
