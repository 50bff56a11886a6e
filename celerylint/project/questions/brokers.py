"""Which broker transport an app really gets in a context, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celerylint import oracle
from celerylint.findings import Span
from celerylint.oracle import Release, urls
from celerylint.project import values as v
from celerylint.project.model import App, Context, Project, Setting
from celerylint.structs import dataclass

DATABASE_TRANSPORTS = urls.DATABASE_TRANSPORTS
# From this release on a namespaced setting of the loaded object no longer beats a keyword of the
# app.
_KEYWORD_WINS: Release = (5, 7)


@dataclass(frozen=True, slots=True)
class Broker:
    """A transport that a context surely uses: `transport` as the oracle names it, `written` as the
    project does ("sqla+postgresql", or the name in `broker_transport`).

    `env` lists the environment variables that must be unset for it to be used; none, and nothing
    but the files decides. `span` is where the value stands that it follows from.
    """

    transport: str
    written: str
    env: tuple[str, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class _Guess:
    """What a value says of the URL: its text as far as it is known (None: not at all), whether that
    is the whole of it, and which variables may replace it.
    """

    text: str | None
    env: tuple[str, ...] = ()
    whole: bool = True


def production_brokers(app: App, project: Project) -> Iterator[tuple[Context, Broker]]:
    """The transports that an app surely uses in production, each with its context.

    Where processes are known that run the app, their environment decides what the code leaves
    to it.
    """
    for context in project.contexts:
        if context.app is not app or context.profile.role != "production":
            continue
        running = [each for each in project.running if _runs_in(each, context)]
        for broker in brokers(context):
            if not (broker.env and running):
                yield context, broker
        for each in running:
            yield from ((each, broker) for broker in brokers(each))


def _runs_in(running: Context, context: Context) -> bool:
    return (
        running.process is not None
        and running.process.role == "production"
        and running.app is context.app
        and running.profile is context.profile
    )


def brokers(context: Context) -> Iterator[Broker]:
    """The transports that the context surely leads to, one for each place that decides."""
    releases = oracle.representatives(context.app.celery.allowed)
    named = _given(context, "broker_transport")
    urls_given = [_from_process(context) or _given(context, "broker_url")]
    urls_given += [_given(context, name) for name in ("broker_read_url", "broker_write_url")]
    if urls_given[0] is not None or named is not None:
        yield from _decided(urls_given[0], named, releases)
    for url in urls_given[1:]:
        if url is not None:
            yield from _decided(url, named, releases)


_Given = tuple[v.Value, Span]


def _given(context: Context, name: str) -> _Given | None:
    setting = context.setting(name)
    if setting is None or _may_be_overruled(context, setting):
        return None
    return setting.value, setting.span


def _from_process(context: Context) -> _Given | None:
    """What `--broker` or CELERY_BROKER_URL says: it wins over every setting (celery/app/utils.py:
    Settings.broker_url; celery/bin/celery.py)."""
    if context.process is None:
        return None
    option = context.process.option("broker")
    if option is not None:
        return option.value, option.span
    value = context.process.environment.get("CELERY_BROKER_URL")
    return None if value is None else (value, value.span or context.process.span)


def _may_be_overruled(context: Context, setting: Setting) -> bool:
    """May a namespaced setting that was not read beat `Celery(broker=…)`, as it does before 5.7?"""
    if setting.origin != "keyword" or not context.profile.open or context.app.namespace is None:
        return False
    return not context.app.celery.all_at_least(*_KEYWORD_WINS)


def _decided(
    url: _Given | None, named: _Given | None, releases: Sequence[Release]
) -> Iterator[Broker]:
    found: list[Broker] = []
    for one in [_Guess("")] if url is None else list(_guesses(url[0])):
        for name in [_Guess("")] if named is None else list(_guesses(named[0])):
            answer = _one(one, name, releases)
            if answer is None:
                return
            transport, written, by_name = answer
            given = named if by_name or url is None else url
            if given is not None:
                env = tuple(dict.fromkeys((*one.env, *name.env)))
                found.append(Broker(transport, written, env, given[1]))
    if len({each.transport for each in found}) == 1:
        yield max(found, key=lambda each: len(each.env))


def _one(url: _Guess, name: _Guess, releases: Sequence[Release]) -> tuple[str, str, bool] | None:
    """The transport, how it is written, and whether `broker_transport` chose it, if it is known."""
    if url.text is None or name.text is None:
        return None
    before, plus, _ = url.text.partition("://")[0].partition("+")
    by_name = bool(name.text) and not plus
    if not (url.whole or by_name or plus or "://" in url.text):
        return None
    answers = {_transport(url, name.text, release) for release in releases}
    transport = answers.pop() if len(answers) == 1 else None
    if transport is None:
        return None
    scheme = urls.url_scheme(url.text) or before
    return transport, name.text if by_name else scheme or "amqp", by_name


def _transport(url: _Guess, name: str, release: Release) -> str | None:
    text = url.text or ""
    if url.whole or "://" in text or (name and "+" not in text):
        return urls.broker_transport(text, release, name)
    return urls.prefix_transport(text, release)


def _guesses(value: v.Value, env: tuple[str, ...] = ()) -> Iterator[_Guess]:
    """Each alternative of a URL."""
    if isinstance(value, v.OneOf):
        for option in value.options:
            yield from _guesses(option, env)
    elif isinstance(value, v.Default):
        if "+" in value.prefix or "://" in value.prefix:
            yield _Guess(value.prefix, env, whole=False)
        elif value.default is None:
            yield _Guess(None)
        else:
            yield from _guesses(value.default, (*env, value.env))
    elif isinstance(value, v.Sequence) and value.items and value.kind in ("list", "tuple"):
        yield from _guesses(value.items[0], env)
    elif isinstance(value, v.Joined):
        yield _leading(value, env)
    elif isinstance(value, v.Literal) and isinstance(value.value, str | None):
        # One that is empty unless a variable is set, is for deployments to choose.
        yield _Guess(value.value or (None if env else ""), env)
    else:
        yield _Guess(None)


def _leading(value: v.Joined, env: tuple[str, ...]) -> _Guess:
    """What a URL put together of parts begins with, and the
    variables that its scheme depends on.
    """
    text = value.prefix()
    if "+" in text or "://" in text:
        return _Guess(text, env, whole=False)
    used = list(env)
    for part in value.parts[1 if text else 0 :]:
        inner = part.default if isinstance(part, v.Default) else part
        if not (isinstance(inner, v.Literal) and isinstance(inner.value, str)):
            break
        if isinstance(part, v.Default):
            used.append(part.env)
        text += inner.value
        if "+" in text or "://" in text:
            return _Guess(text, tuple(used), whole=False)
    return _Guess(None)
