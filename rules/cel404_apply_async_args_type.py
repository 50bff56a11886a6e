"""CEL404: something else than a list or tuple is given as the arguments of a task."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Dispatch, Finding, Misfit, Project, Severity, misfits, rule


@rule(on=Dispatch, severity=Severity.ERROR, since="0.1")
def apply_async_args_type(dispatch: Dispatch, project: Project) -> Iterator[Finding]:
    if dispatch.test:
        return
    for misfit in misfits(dispatch):
        text = misfit.argument.text.replace("…", "") and f"`{misfit.argument.text}`"
        yield Finding(
            misfit.argument.span,
            f"`{misfit.name}` of `{dispatch.how}` is {misfit.what}{f' ({text})' if text else ''}: "
            f"{_fate(misfit, dispatch)}",
            help=_cure(misfit),
        )
        return  # the next one is never looked at


def _fate(misfit: Misfit, dispatch: Dispatch) -> str:
    if misfit.nothing:
        return "that counts as none at all, and the task gets no arguments"
    if dispatch.how in {"signature", "subtask"} and misfit.name == "args":
        if misfit.what in {"a string", "a dict", "bytes"}:
            return "each character or key becomes an argument"
        return "the call raises TypeError"
    return "sending it raises TypeError, and nothing is sent"


def _cure(misfit: Misfit) -> str:
    text = misfit.argument.text if "…" not in misfit.argument.text else ""
    if misfit.name == "kwargs":
        return "give the keyword arguments as a dict: `kwargs={…}`"
    if misfit.what == "a dict":
        return "give them as `kwargs={…}`"
    if misfit.what in {"a set", "a frozenset", "a range", "an iterator"}:
        return "make a list of it, or put it into a tuple if it is one argument"
    return f"put it into a tuple: `({text or '…'},)`"
