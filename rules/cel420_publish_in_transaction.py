"""CEL420: a task is sent while the transaction is open whose rows it is about."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    CeleryVersions,
    Dispatch,
    Finding,
    Project,
    Related,
    Severity,
    Transaction,
    rule,
)

_OPENS = {
    "block": "opens a transaction, which commits when the block ends",
    "function": "makes the whole function a transaction",
    "request": "is a view, and each request is a transaction",
    "admin": "is called by Django's admin inside a transaction",
    "signal": "is a signal that Django sends inside a transaction of its own",
}


@rule(on=Dispatch, severity=Severity.ERROR, since="0.1")
def publish_in_transaction(dispatch: Dispatch, project: Project) -> Iterator[Finding]:
    transaction = dispatch.transaction
    if transaction is None or dispatch.test:
        return
    what = _what(dispatch)
    yield Finding(
        dispatch.span,
        f"{what} is sent before the transaction commits: {_consequence(dispatch, transaction)}",
        help=_cure(dispatch, transaction, project),
        related=_proof(transaction),
        severity=None if transaction.created is not None else Severity.WARNING,
    )


def _what(dispatch: Dispatch) -> str:
    if dispatch.task is not None:
        return f"`{dispatch.task.function}`"
    return f"`{dispatch.sent_name}`" if dispatch.sent_name else f"a {dispatch.canvas or 'task'}"


def _consequence(dispatch: Dispatch, transaction: Transaction) -> str:
    if transaction.created is not None:
        return (
            "a worker that is quicker does not find the row, "
            "and after a rollback the task runs for a row that never was"
        )
    origin = ""
    if transaction.kind == "signal":
        origin = f"Django sends `{transaction.text}` from inside one; "
    late = {"countdown", "eta"}.intersection(dispatch.options)
    early = "" if late else "a quick worker still finds the old rows, and "
    return f"{origin}{early}after a rollback it runs all the same"


def _proof(transaction: Transaction) -> tuple[Related, ...]:
    opens = _OPENS.get(
        transaction.kind, "is a signal that Django sends inside a transaction of its own"
    )
    made = () if transaction.created is None else (transaction.created,)
    return (Related(transaction.span, f"`{transaction.text}` {opens}"), *made, *transaction.writes)


def _cure(dispatch: Dispatch, transaction: Transaction, project: Project) -> str:
    if dispatch.canvas is not None or dispatch.task is None or dispatch.how == "send_task":
        return "send it with `transaction.on_commit(...)`"
    if transaction.used:
        return "send it with `transaction.on_commit(...)`, behind which there is no result to use"
    task, how = dispatch.task.function, dispatch.how
    given = [f"{each.name}={each.text}" if each.name else each.text for each in dispatch.arguments]
    short = how == "delay" and all(each.text for each in dispatch.arguments)
    arguments = ", ".join(given) if short and len(", ".join(given)) < 50 else "…"
    if transaction.deferrable and _celery(dispatch, project).all_at_least(5, 4):
        return f"write `{task}.{how}_on_commit({arguments})`"
    comma = ", " if arguments else ""
    return f"write `transaction.on_commit(partial({task}.{how}{comma}{arguments}))`"


def _celery(dispatch: Dispatch, project: Project) -> CeleryVersions:
    app = dispatch.app or (dispatch.task.app if dispatch.task is not None else None)
    return next((each.celery for each in project.apps if each.id == app), project.celery)
