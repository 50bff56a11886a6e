"""CEL421: `on_commit` is given no callback, or one that looks at a loop's names too late."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, OnCommit, Project, Severity, rule


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def on_commit_misuse(project: Project, _: Project) -> Iterator[Finding]:
    for each in project.commits:
        if not each.test:
            message, cure = {"sent": _sent, "signature": _signature, "late": _late}[each.kind](each)
            yield Finding(each.span, message, help=cure, related=each.related)


def _sent(each: OnCommit) -> tuple[str, str]:
    what = (
        f"`{each.text}(…)` runs before `on_commit` does, which cannot call its result: the task is "
        "sent, TypeError is raised, and the transaction rolls back"
    )
    return what, f"hand over the call: `partial({each.text}, …)`"


def _signature(each: OnCommit) -> tuple[str, str]:
    what = (
        f"on commit, `{each.text}` is called, and a signature that is called runs the task in this "
        "process: nothing is sent"
    )
    return what, f"hand over what sends it: `{each.text}.delay`"


def _late(each: OnCommit) -> tuple[str, str]:
    names = " and ".join(f"`{name}`" for name in each.names)
    calls = f"call `{each.text}` with" if each.text else "see"
    what = (
        f"these callbacks run when the transaction commits, after the loop: all of them {calls} "
        f"its last {names}"
    )
    return what, f"bind {names} now, with `partial({each.text or '…'}, …)`"
