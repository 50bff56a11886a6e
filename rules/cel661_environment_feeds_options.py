"""CEL661: a variable of the environment is an option of the command too, and beats the setting."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    OPTION_SETTINGS,
    Chosen,
    Finding,
    Project,
    Related,
    Severity,
    Worker,
    rule,
    started_by,
)

_URLS = {"broker": "broker_url", "result_backend": "result_backend"}
_PLAIN = ("BROKER_URL", "RESULT_BACKEND")
_GREEN = ("gevent", "eventlet")  # green-pool-not-patched speaks of these


@rule(on=Worker, severity=Severity.WARNING, since="0.1")
def environment_feeds_options(worker: Worker, project: Project) -> Iterator[Finding]:
    process = worker.started
    if process.role != "production" or not worker.app.celery.all_at_least(5):
        return
    for option, name in {**_URLS, **OPTION_SETTINGS}.items():
        chosen, setting = process.option(option), worker.setting(name)
        if chosen is None or setting is None or not chosen.origin.startswith("environment "):
            continue
        variable = chosen.origin.partition(" ")[2]
        documented = option in _URLS and variable not in _PLAIN
        written = Chosen(setting.value, "setting", setting.span)
        if documented or chosen.text() in _GREEN or not _differ(chosen, written):
            continue
        yield Finding(
            chosen.span,
            f"the command `celery` itself reads `{variable}`: it overrides {_what(name)}",
            help=_help(variable, option),
            related=(
                Related(setting.span, f"`{setting.written}` says otherwise"),
                *started_by(process),
            ),
        )


def _differ(one: Chosen, other: Chosen) -> bool:
    """Are both known, and not the same?"""
    numbers = one.number(), other.number()
    if None not in numbers:
        return numbers[0] != numbers[1]
    texts = one.text(), other.text()
    return None not in texts and texts[0] != texts[1]


def _what(name: str) -> str:
    if name in ("broker_url", "result_backend"):
        return f"`{name}` in this worker, and only there: whoever sends tasks uses the setting"
    return f"the setting `{name}` in this worker"


def _help(variable: str, option: str) -> str:
    if option in _URLS:
        return f"rename `{variable}`, or let the setting read it, so that all processes agree"
    return f"rename `{variable}`, or drop the setting"
