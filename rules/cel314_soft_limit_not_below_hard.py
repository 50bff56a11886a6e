"""CEL314: the soft time limit comes at the same time as the hard one, or after it."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Inverted, Project, Related, Severity, inverted_limits, rule


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def soft_limit_never_helps(project: Project, _: Project) -> Iterator[Finding]:
    for found in inverted_limits(project):
        yield Finding(
            found.place,
            _message(found),
            help=f"choose a soft time limit below {found.hard:g}, with time enough to clean up",
            related=(
                Related(found.other, f"the `{found.of_other}`"),
                *(Related(task.span, "runs with both") for task in found.tasks[:3]),
            ),
        )


def _message(found: Inverted) -> str:
    names = ", ".join(f"`{task.function}`" for task in found.tasks[:3])
    several = len(found.tasks) > 1
    who = (
        f"{len(found.tasks)} tasks ({names}{', …' if found.tasks[3:] else ''})"
        if several
        else names
    )
    are, they = ("are", "they handle") if several else ("is", "it handles")
    if found.soft == found.hard:
        return (
            f"{who} {are} killed while {they} the soft time limit: "
            f"both limits end after {found.hard:g} s"
        )
    limits = f"soft time limit ({found.soft:g} s) is greater than the hard one ({found.hard:g} s)"
    if found.refused:
        return f"`.delay()` of {who} raises ValueError: the {limits}"
    killed = f"{who} {are} killed without warning: the {limits}"
    if found.refused is None and found.since is not None:
        release = ".".join(map(str, found.since))
        return f"{killed}; from Celery {release} on `.delay()` raises ValueError"
    return killed
