"""A scoring core as a process of its own, which can be killed, slowed down and made to talk nonsense.

As a program: `python -m tests.proof.staged.core PORT`; each line that it reads is answered with a line.
"""

from __future__ import annotations

import subprocess
import sys

from tests.core.server import GARBAGE, core_server, slow
from tests.services import free_port

BEHAVIOURS = {"well": None, "slow": slow(10.0), "garbage": GARBAGE, "second": slow(1.0)}


class CoreProcess:
    """The core, from outside."""

    def __init__(self) -> None:
        self._port = free_port()
        self.url = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        command = [sys.executable, "-m", "tests.proof.staged.core", str(self._port)]
        self._process = subprocess.Popen(command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self._heard()

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def behave(self, behaviour: str) -> None:
        self._say(behaviour)

    def calls(self, record: str = "") -> int:
        """How many questions it was asked, of this record or in all."""
        return int(self._say(f"calls {record}"))

    def _say(self, line: str) -> str:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def main(port: int) -> None:
    with core_server(port) as core:
        print("ready", flush=True)
        for line in sys.stdin:
            word, _, record = line.strip().partition(" ")
            if word == "calls":
                asked = [each["subject"] for _, body, _ in core.requests for each in body.get("items", [body])]
                print(sum(not record or f"{one['type']}/{one['id']}" == record for one in asked), flush=True)
            else:
                core.behave(BEHAVIOURS[word])
                print("ok", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))
