"""CEL407: a delay that is longer than the broker waits before it gives the message away again."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Finding, Project, Related, Severity, TooLong, rule, too_long


@rule(on=Project, severity=Severity.ERROR, since="0.1")
def countdown_exceeds_redelivery_timeout(project: Project, _: Project) -> Iterator[Finding]:
    for found in too_long(project):
        window = found.window
        milder = window.broker != "Redis" or not window.sure or found.seconds == window.seconds
        yield Finding(
            found.span,
            f"{_waits(found)}, and {_fate(found)}",
            help=_cure(found),
            related=(Related(window.span, _proof(found)),),
            severity=Severity.WARNING if milder else None,
        )


def _waits(found: TooLong) -> str:
    function = f"`{found.function}`" if found.function else "the task"
    if found.who != "call":
        function = f"a retry of {function}"
    most = "up to " if found.option.startswith("retry_backoff") else ""
    return f"{function} waits in a worker for {most}{found.seconds:g} s"


def _fate(found: TooLong) -> str:
    window = found.window
    if window.broker == "RabbitMQ":
        return (
            f"RabbitMQ closes the channel after {window.seconds:g} s: "
            "the worker loses its connection, and the message starts anew"
        )
    after = f"{window.broker} gives it out anew after {window.seconds:g} s"
    if found.seconds == window.seconds:
        return f"{after}: it may run twice"
    if found.seconds < 2 * window.seconds:
        return f"{after}: it runs twice"
    return f"{after}, again and again: it runs several times"


def _proof(found: TooLong) -> str:
    if found.window.set:
        return "the `visibility_timeout`"
    if found.window.broker == "RabbitMQ":
        return "the broker; its `consumer_timeout` is 1800 s unless its own configuration says else"
    return f"the broker, without a `visibility_timeout` (its default is {found.window.seconds:g} s)"


def _cure(found: TooLong) -> str:
    later = "keep what is due in the database, for a periodic task to look at"
    if found.window.broker == "RabbitMQ":
        return f"{later}, or use quorum queues, for which Celery 5.5 lets RabbitMQ itself wait"
    more = f"`visibility_timeout` in `broker_transport_options` above {found.seconds:g}"
    return f"{later}, or set {more}"
