"""Which broker transport an app really gets in a context, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from celerylint import oracle
from celerylint.oracle import Release, urls
from celerylint.project import values as v
from celerylint.project.model import Context, Setting

DATABASE_TRANSPORTS = urls.DATABASE_TRANSPORTS
URL_SETTINGS = ("broker_url", "broker_read_url", "broker_write_url")
# From this release on a namespaced setting of the loaded object no longer beats a keyword of the
# app.
_KEYWORD_WINS: Release = (5, 7)


@dataclass(frozen=True, slots=True)
class Broker:
    """A transport that a context surely uses: `transport` as the oracle names it, `written` as the
    project does ("sqla+postgresql", or the name in `broker_transport`).

    `env` lists the environment variables that must be unset for it to be used; none, and nothing
    but the code decides. `chosen_by` is the setting that it follows from.
    """

    transport: str
    written: str
    env: tuple[str, ...]
    chosen_by: Setting


@dataclass(frozen=True, slots=True)
class _Guess:
    """What a value says of the URL: its text as far as it is known (None: not at all), whether that
    is the whole of it, and which variables may replace it.
    """

    text: str | None
    env: tuple[str, ...] = ()
    whole: bool = True


def brokers(context: Context) -> Iterator[Broker]:
    """The transports that the context's settings surely lead to, one
    for each setting that decides.
    """
    releases = oracle.representatives(context.app.celery.allowed)
    named = context.setting("broker_transport")
    urls_set = [each for each in map(context.setting, URL_SETTINGS) if each is not None]
    for setting in urls_set:
        if not _may_be_overruled(context, setting):
            yield from _decided(setting, named, releases)
    if named is not None and not any(each.name == "broker_url" for each in urls_set):
        yield from _decided(None, named, releases)


def _may_be_overruled(context: Context, setting: Setting) -> bool:
    """May a namespaced setting that was not read beat `Celery(broker=…)`, as it does before 5.7?"""
    if setting.origin != "keyword" or not context.profile.open or context.app.namespace is None:
        return False
    return not context.app.celery.all_at_least(*_KEYWORD_WINS)


def _decided(
    setting: Setting | None, named: Setting | None, releases: Sequence[Release]
) -> Iterator[Broker]:
    guesses = [_Guess(None)] if setting is None else list(_guesses(setting.value))
    names = [_Guess(None)] if named is None else list(_guesses(named.value))
    found: list[Broker] = []
    for url in guesses:
        for name in names:
            made = _one(url, name, setting, named, releases)
            if made is None:
                return
            found.append(made)
    if len({each.transport for each in found}) == 1:
        least_sure = max(found, key=lambda each: len(each.env))
        yield least_sure


def _one(
    url: _Guess,
    name: _Guess,
    setting: Setting | None,
    named: Setting | None,
    releases: Sequence[Release],
) -> Broker | None:
    if (setting is not None and url.text is None) or (named is not None and name.text is None):
        return None
    text = url.text or ""
    plus = urls.url_scheme(text) if "://" in text else text.partition("+")[0] if "+" in text else ""
    by_name = bool(name.text) and "+" not in (plus or "")
    if not (url.whole or by_name or "://" in text or "+" in text):
        return None
    answers = {_transport(url, name.text, release) for release in releases}
    chosen_by = named if by_name or setting is None else setting
    transport = answers.pop() if len(answers) == 1 else None
    if transport is None or chosen_by is None:
        return None
    written = name.text if by_name else plus
    env = (*url.env, *name.env) if named is not None else url.env
    return Broker(transport, written or "amqp", tuple(dict.fromkeys(env)), chosen_by)


def _transport(url: _Guess, name: str | None, release: Release) -> str | None:
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
        yield _Guess(value.value or "", env)
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
