"""CEL605: gevent or eventlet is chosen in a way that leaves the standard library unpatched."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    GREEN,
    Finding,
    Process,
    Project,
    Related,
    Severity,
    patched_for,
    rule,
    started_by,
)


@rule(on=Process, severity=Severity.ERROR, since="0.1")
def green_pool_not_patched(process: Process, project: Project) -> Iterator[Finding]:
    chosen = process.option("pool")
    pool = chosen.text() if chosen is not None else None
    if process.kind != "worker" or chosen is None or pool not in GREEN:
        return
    why = _why(process, chosen.origin)
    if not why or any(pool in each for each in process.wrappers):
        return
    yield Finding(
        chosen.span,
        f"Celery looks for the {pool} pool in its arguments before anything is imported, and "
        f"{why}: nothing is patched, so the worker receives tasks and never runs one",
        help=f"write `-P {pool}` as two words of the command"
        if "multi" not in why
        else "let no word of the command be `multi`",
        related=(
            *(() if chosen.origin == "option" else (Related(process.span, "the worker"),)),
            *started_by(process),
        ),
    )


def _why(process: Process, origin: str) -> str:
    """Why Celery does not find the pool, "" where it does or may."""
    if "multi" in process.words and not process.multi:
        return "the word `multi` makes it look no further"
    found = patched_for(process.words)
    if found in GREEN or (found is None and process.open):
        return ""
    if found is not None:
        return "" if "$" in found or "{" in found else f"the first one there is `{found}`"
    if origin.startswith("environment"):
        return "a variable is none of them"
    return "it does not find the letter inside another word" if origin == "option" else ""
