"""CEL201: the broker of a production profile is a database table."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    DATABASE_TRANSPORTS,
    App,
    Broker,
    Context,
    Finding,
    Project,
    Related,
    Severity,
    production_brokers,
    rule,
)


@rule(on=App, severity=Severity.ERROR, since="0.1")
def database_broker(app: App, project: Project) -> Iterator[Finding]:
    for context, broker in production_brokers(app, project):
        if broker.transport in DATABASE_TRANSPORTS:
            unless = f", unless {_names(broker.env)} is set" if broker.env else ""
            yield Finding(
                broker.span,
                f"the broker is a database (`{broker.written}`): {_loss(broker, app)}{unless}",
                help="use RabbitMQ (`amqp://…`) or Redis (`redis://…`) as broker; "
                "a database may stay the result backend",
                related=tuple(_users(context)),
                severity=Severity.WARNING if broker.env else None,
            )


def _users(context: Context) -> Iterator[Related]:
    app = context.app
    yield Related(app.span, f"the app `{app.id}` uses it ({context.profile.name})")
    if context.process is not None:
        yield Related(context.process.span, f"this {context.process.kind} runs the app")


def _loss(broker: Broker, app: App) -> str:
    if broker.transport == "django" and app.celery.all_at_least(4):
        return (
            "this transport is gone since Celery 4, so the first connection fails with a KeyError"
        )
    return (
        "a worker that is killed loses the tasks that it had taken, even with `acks_late`, "
        "and every message stays in the table"
    )


def _names(variables: tuple[str, ...]) -> str:
    return " or ".join(f"`{each}`" for each in variables)
