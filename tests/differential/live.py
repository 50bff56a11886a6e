"""The live side: a subprocess with real Celery in it that loads one project after another."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

PACKAGE = Path(__file__).resolve().parent
BOOT = (
    "import sys; sys.path.insert(0, {parent!r}); "
    "from {package}.live_server import main; sys.path.remove({parent!r}); main()"
)


@dataclass(frozen=True)
class Load:
    """What to load: `app` is "module:attribute"; env is added to an environment without Celery's.

    paths are the folders below the root that go onto the import path; `setup` calls
    django.setup() first, as manage.py does; `checks` runs Django's system checks, which import
    the URLconf, as a worker does.
    """

    app: str
    env: Mapping[str, str] = field(default_factory=dict)
    paths: Sequence[str] = (".",)
    setup: bool = False
    checks: bool = False
    ask: Sequence[str] = ()


class Live:
    """A running live side; CELERYLINT_DIFF_PYTHON names an interpreter with another Celery."""

    def __init__(
        self, python: str | None = None, errors: IO[Any] | int = subprocess.DEVNULL
    ) -> None:
        interpreter = python or os.environ.get("CELERYLINT_DIFF_PYTHON") or sys.executable
        boot = BOOT.format(parent=str(PACKAGE.parent), package=PACKAGE.name)
        self._process = subprocess.Popen(
            [interpreter, "-W", "ignore", "-c", boot],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        self.versions: dict[str, str] = self._receive()

    def load(self, root: Path, load: Load) -> dict[str, Any]:
        """What the project below `root` is when loaded, or {"error"}: see `live_server`."""
        request = {"root": str(root), **vars(load)}
        stdin = self._process.stdin
        assert stdin is not None
        stdin.write(json.dumps(request).encode() + b"\n")
        stdin.flush()
        return self._receive()

    def load_files(self, files: Mapping[str, str], load: Load) -> dict[str, Any]:
        """The same for files that exist nowhere yet."""
        with tempfile.TemporaryDirectory(prefix="celerylint-") as folder:
            for name, text in files.items():
                path = Path(folder, name)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
            return self.load(Path(folder), load)

    def close(self) -> None:
        """Ends the subprocess."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=10)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def _receive(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"the live side ended with status {self._process.wait()}")
        answer: dict[str, Any] = json.loads(line)
        return answer
