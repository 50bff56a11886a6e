"""CEL201: the broker of a production profile is a database table."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    DATABASE_TRANSPORTS,
    Broker,
    Context,
    Finding,
    Project,
    Related,
    Severity,
    brokers,
    rule,
)


@rule(on=Context, severity=Severity.ERROR, since="0.1")
def database_broker(context: Context, project: Project) -> Iterator[Finding]:
    if context.profile.role != "production":
        return
    for broker in brokers(context):
        if broker.transport in DATABASE_TRANSPORTS:
            unless = f", unless {_names(broker.env)} is set" if broker.env else ""
            app, profile = context.app, context.profile.name
            yield Finding(
                broker.chosen_by.span,
                f"the broker is a database (`{broker.written}`): {_loss(broker, context)}{unless}",
                help="use RabbitMQ (`amqp://…`) or Redis (`redis://…`) as broker; "
                "a database may stay the result backend",
                related=(Related(app.span, f"the app `{app.id}` uses it ({profile})"),),
                severity=Severity.WARNING if broker.env else None,
            )


def _loss(broker: Broker, context: Context) -> str:
    if broker.transport == "django" and context.app.celery.all_at_least(4):
        return (
            "this transport is gone since Celery 4, so the first connection fails with a KeyError"
        )
    return (
        "a worker that is killed loses the tasks that it had taken, even with `acks_late`, "
        "and every message stays in the table"
    )


def _names(variables: tuple[str, ...]) -> str:
    return " or ".join(f"`{each}`" for each in variables)
