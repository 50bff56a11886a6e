"""CEL221: one Redis backend for all threads on a version whose waiting is not safe for them."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.rule import Context, Finding, Project, Related, Severity, result_backend, rule

_NAMED = 3


@rule(on=Context, severity=Severity.ERROR, since="0.1")
def shared_backend_breaks_get(context: Context, project: Project) -> Iterator[Finding]:
    setting, celery = context.setting("result_backend_thread_safe"), context.app.celery
    if setting is None or not setting.value.must(bool) or not project.waits:
        return
    if not (celery.all_at_least(5, 3) and celery.all_below(5, 7)):
        return
    backend = result_backend(context)
    if backend is None or backend.family != "redis" or context.profile.role in _ELSEWHERE:
        return
    count = len(project.waits)
    calls = "a call waits" if count == 1 else f"{count} calls wait"
    yield Finding(
        setting.span,
        f"before Celery 5.7, threads and greenlets that share a Redis backend read each other's "
        f"answers: {calls} for results, and two at a time raise or never return",
        help=f"remove `{setting.written}` (and ignore results that nobody reads), or go to 5.7.0",
        related=(
            Related(backend.span, f"the result backend is `{backend.written}`"),
            *(Related(span, "waits for a result") for span in project.waits[:_NAMED]),
        ),
        severity=Severity.WARNING if backend.guesses else None,
    )


_ELSEWHERE = ("development", "test")
