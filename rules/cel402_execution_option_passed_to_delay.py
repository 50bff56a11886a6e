"""CEL402: an option of the message is given where everything goes to the task's function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celerylint.rule import (
    Argument,
    Dispatch,
    Finding,
    Project,
    Related,
    Severity,
    bound,
    execution_options,
    fate,
    rule,
)

# What hardly any function means to get in its `**kwargs`.
_UNMISTAKABLE = frozenset(
    {"countdown", "ignore_result", "link_error", "retry_policy", "routing_key", "soft_time_limit"}
)
_DIRECT = frozenset({"delay", "delay_on_commit", "s", "si"})


@rule(on=Dispatch, severity=Severity.ERROR, since="0.1")
def execution_option_passed_to_delay(dispatch: Dispatch, project: Project) -> Iterator[Finding]:
    binding, task = bound(dispatch, project), dispatch.task
    if binding is None or task is None or dispatch.test or dispatch.how not in _DIRECT:
        return
    refused = [each for each in binding.unexpected if each.name in execution_options()]
    taken = [each for each in binding.rest if each.name in _UNMISTAKABLE]
    options = refused or taken
    if options:
        start = f"`{dispatch.how}()` gives {_names(options)} to `{task.function}`"
        alone = "its `**kwargs` take it" if len(options) == 1 else "its `**kwargs` take them"
        end = f"which has no such parameter: {fate(dispatch)}"
        yield Finding(
            options[0].span,
            f"{start}, {end}" if refused else f"{start}: {alone}, and the message goes without",
            help=_cure(dispatch, task.function, options),
            related=(Related(task.span, f"`{task.function}`"),),
            severity=None if refused else Severity.WARNING,
        )


def _names(options: Sequence[Argument]) -> str:
    return " and ".join(f"`{each.name}`" for each in options)


def _cure(dispatch: Dispatch, function: str, options: Sequence[Argument]) -> str:
    given = ", ".join(f"{each.name}={each.text or '…'}" for each in options)
    if dispatch.how in {"s", "si"}:
        return f"write `{function}.{dispatch.how}(…).set({given})`"
    rest = [each for each in dispatch.arguments if each not in options]
    args = [each.text or "…" for each in rest if each.name is None]
    parts = [f"({', '.join(args)}{',' if len(args) == 1 else ''})"] if args else []
    kwargs = ", ".join(f'"{each.name}": {each.text or "…"}' for each in rest if each.name)
    parts += [f"kwargs={{{kwargs}}}"] if kwargs else []
    method = "apply_async_on_commit" if dispatch.how == "delay_on_commit" else "apply_async"
    return f"write `{function}.{method}({', '.join([*parts, given])})`"
