"""A project on the disk whose files are no longer fresh, run with a cache of its own."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from celerylint import engine
from celerylint.outcome import Outcome, Request

OLD_NS = time.time_ns() - 10**12


class Folder:
    """The project, and how often a function was called in its runs."""

    def __init__(self, root: Path, files: Mapping[str, str]) -> None:
        self.root, self.calls = root, 0
        for path, content in files.items():
            self.write(path, content)

    def count(self, monkeypatch: pytest.MonkeyPatch, module: ModuleType, name: str) -> None:
        """Count the calls of a module's function from now on."""
        real = getattr(module, name)

        def counting(*args: Any, **options: Any) -> Any:
            self.calls += 1
            return real(*args, **options)

        monkeypatch.setattr(module, name, counting)

    def write(self, path: str, content: str, at_ns: int = OLD_NS) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(content)
        os.utime(target, ns=(at_ns, at_ns))

    def run(self, *paths: str, **options: Any) -> Outcome:
        made: dict[str, Any] = {"cwd": str(self.root), "cache_dir": str(self.root.parent / "cache")}
        return engine.run(Request(paths=paths or (".",), jobs=1, **(made | options)))
