"""``buyback`` as an operator has it: a folder, an environment, a server in processes of its own, tills before it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.commands.shell import Shell


@dataclass
class Installation:
    """A folder with an environment in which ``buyback`` runs, as on an operator's machine."""

    home: Path
    environ: dict[str, str]

    def run(self, *words: str) -> None:
        """Run a command in a process of its own; it must succeed."""
        done = subprocess.run(
            [sys.executable, "-m", "buyback", *words],
            cwd=self.home,
            env=self.environ,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr

    @property
    def shell(self) -> Shell:
        """The same commands in this process, which saves the start of each."""
        return Shell(self.home, self.environ)


class Server:
    """``buyback serve`` in a process group of its own, killed and started again while tills go on."""

    def __init__(self, installation: Installation) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._installation = installation
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", "buyback", "serve", "--port", str(self.port)],
            cwd=self._installation.home,
            env=self._installation.environ,
            start_new_session=True,
        )
        for _ in range(200):
            with suppress(OSError), urlopen(f"{self.url}/readyz", timeout=2):  # noqa: S310  our own http address
                return process
            time.sleep(0.1)
        raise AssertionError("the server did not start")

    @property
    def runs(self) -> bool:
        """Whether the process that was started first is still there."""
        return self._process.poll() is None

    def kill_and_start(self) -> None:
        """SIGKILL for everything, at once, in the middle of whatever it was doing."""
        self.stop(signal.SIGKILL)
        self._process = self._start()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> None:
        """Stop all of its processes."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, how)
        self._process.wait(20)

    def post(self, path: str, token: str, body: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """One request, sent again under the same op id until it is answered."""
        for _ in range(300):
            with suppress(OSError, http.client.HTTPException):  # killed: the answer, if any, is lost or cut off
                status, _headers, answer = self.ask("POST", path, token, body)
                if status != HTTPStatus.SERVICE_UNAVAILABLE:
                    return status, answer
            time.sleep(0.05)
        raise AssertionError("no answer")

    def ask(
        self, method: str, path: str, token: str, body: dict[str, str] | None = None
    ) -> tuple[int, Message, dict[str, Any]]:
        """One request of a till, sent once: status, headers and what was answered."""
        sent = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        request = Request(f"{self.url}/api/v1{path}", content, sent, method=method)  # noqa: S310  our own http address
        status, headers, answer = self.open(request)
        return status, headers, json.loads(answer)

    @staticmethod
    def open(request: Request) -> tuple[int, Message, bytes]:
        """Whatever is answered to a request."""
        try:
            with urlopen(request, timeout=15) as answer:  # noqa: S310  our own http address
                return answer.status, answer.headers, answer.read()
        except HTTPError as refused:
            with refused:
                return refused.code, refused.headers, refused.read()


@contextmanager
def serving(installation: Installation) -> Iterator[Server]:
    """Serve for the length of a ``with``."""
    server = Server(installation)
    try:
        yield server
    finally:
        server.stop()
