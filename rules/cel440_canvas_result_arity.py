"""CEL440: a step, callback or chord body gets a result that its task has no parameter for."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    Binding,
    Canvas,
    Fed,
    Finding,
    Project,
    Related,
    Severity,
    binding_of,
    fed,
    name_of,
    rule,
)


@rule(on=Canvas, severity=Severity.ERROR, since="0.1")
def result_does_not_fit(canvas: Canvas, project: Project) -> Iterator[Finding]:
    for each in fed(canvas):
        step, source = each.signature, each.source
        task = step.task
        alone = binding_of(step, 0, project)
        binding = binding_of(step, 1, project)
        if task is None or binding is None or binding.fits or alone is None:
            continue
        if alone.surplus or alone.unexpected:  # wrong whatever comes before
            continue
        yield Finding(
            step.span,
            f"{name_of(source.after)} hands its result to `{task.function}` as first argument, and "
            f"`{task.function}()` {_refuses(binding)}: {_happens(each)}",
            help=_cure(step, binding, alone),
            related=(
                Related(task.span, f"`{task.function}` is defined here"),
                Related(source.place, f"put together here, as the {_ROLES[source.role]}"),
            ),
        )


_ROLES = {"step": "next step", "callback": "callback", "body": "body of the chord"}


def _refuses(binding: Binding) -> str:
    if binding.surplus:
        return "has no parameter for it"
    if binding.twice:
        return f"gets `{binding.twice[0].name}` twice"
    return f"still misses `{binding.missing[0].name}`"


def _happens(each: Fed) -> str:
    task, after = each.signature.task, name_of(each.source.after)
    typing = task.option("typing") if task is not None else None
    if each.source.role == "body":
        return "all of the header runs, and then the chord fails with ChordError"
    if typing is not None or (task is not None and task.inner):
        return "it fails with TypeError before its first line"
    rest = "and nothing behind it runs" if each.source.role == "step" else "and this never runs"
    return f"TypeError, {after} ends as failed although it did its work, {rest}"


def _cure(step: Canvas, binding: Binding, alone: Binding) -> str:
    name = step.task.function if step.task is not None else ""
    if binding.twice:
        return f"do not give `{binding.twice[0].name}` yourself, or write `{name}.si(…)`"
    if binding.surplus and not alone.missing:
        return f"write `{name}.si(…)`, which takes no result, or give `{name}` a parameter for it"
    return f"give `{name}` what it misses in `{name}.s(…)`"
