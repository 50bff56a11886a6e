"""CEL613: a database driver in C stops all greenlets while it waits."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import (
    GREEN,
    Finding,
    Project,
    Related,
    Severity,
    Worker,
    pool_place,
    rule,
    started_by,
    unless,
)

# What waits inside C, and what takes its place or teaches it to wait for greenlets.
_BLOCKING = {
    "psycopg2": ("psycopg", "psycogreen"),
    "psycopg2-binary": ("psycopg", "psycogreen"),
    "mysqlclient": ("pymysql",),
}
_USERS = ("django", "sqlalchemy", "flask-sqlalchemy", "sqlmodel")


@rule(on=Worker, severity=Severity.WARNING, since="0.1")
def green_pool_blocking_driver(worker: Worker, project: Project) -> Iterator[Finding]:
    pool, packages = worker.pool(), project.packages
    if pool not in GREEN or worker.started.role == "development":
        return
    if not any(each in packages for each in _USERS):
        return
    chosen = worker.fact("pool")
    hedge = unless(chosen.value) if chosen is not None else ""
    for driver, cures in _BLOCKING.items():
        if driver in packages and not any(each in packages for each in cures):
            yield Finding(
                pool_place(worker),
                f"{driver} waits for the database inside C, where {pool} cannot switch: one slow "
                f"query stops every task of this worker, and its heartbeats{hedge}",
                help=_help(driver),
                related=(
                    Related(packages[driver], f"{driver} is installed"),
                    *started_by(worker.started),
                ),
                severity=Severity.ADVICE if hedge else None,
            )
            return


def _help(driver: str) -> str:
    if driver == "mysqlclient":
        return "use PyMySQL, which waits in Python, or run these tasks in prefork"
    return "install psycopg 3, or psycogreen and call `patch_psycopg()` where the app is made"
