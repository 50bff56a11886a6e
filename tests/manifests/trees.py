"""Small trees of files, and what is read of the processes that they start."""

from __future__ import annotations

from collections.abc import Mapping

from celerylint.project.collected import Collected
from celerylint.project.deployment.starts import collect
from celerylint.project.process import Chosen, Process, chosen_json

RELEASE = (5, 7, 0)


def collected(tree: Mapping[str, str | bytes], workers: tuple[str, ...] = ()) -> Collected:
    """What the tree starts, besides declared workers."""

    def read(path: str) -> bytes | None:
        content = tree.get(path)
        return content.encode() if isinstance(content, str) else content

    return collect(list(tree), read, RELEASE, workers=workers)


def starts(tree: Mapping[str, str | bytes]) -> list[Process]:
    """The processes that the tree starts."""
    return list(collected(tree).processes)


def start(tree: Mapping[str, str | bytes]) -> Process:
    """The only process that the tree starts."""
    (found,) = starts(tree)
    return found


def place(process: Process) -> str:
    """Where its command begins."""
    return f"{process.span.path}:{process.span.line}:{process.span.column}"


def chain(process: Process) -> list[str]:
    """The lines that lead to it."""
    return [f"{span.path}:{span.line}" for span in process.chain]


def told(chosen: Chosen | None) -> object:
    """`x`, ("x", "VARIABLE") for a default, a list for a choice, None, or the reason."""
    found = chosen_json(chosen)
    if found is None:
        return None
    if found["certainty"] == "default":
        return found["value"], found["env"]
    return found.get("value", found.get("reason"))
