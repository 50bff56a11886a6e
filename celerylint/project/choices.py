"""What a value made of pieces can read as: the texts, and the variables that each depends on."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from celerylint.project.values import Default, Joined, Literal, OneOf, Site, Unknown, Value

Reading = tuple[str | None, tuple[str, ...]]
"""(the text, or None where it is not known; the variables that would change it when set)"""

_MOST = 16
_MOST_PIECES = 64
_LONGEST = 64_000


def readings(value: Value) -> list[Reading]:
    """Every text that a value may read as; [(None, ())] when there are too many to tell."""
    found = list(dict.fromkeys(itertools.islice(_readings(value), _MOST + 1)))
    return found if 0 < len(found) <= _MOST else [(None, ())]


def _readings(value: Value) -> Iterable[Reading]:
    if isinstance(value, Literal) and isinstance(value.value, str):
        return [(value.value, ())]
    if isinstance(value, OneOf):
        return itertools.chain.from_iterable(_readings(each) for each in value.options)
    if isinstance(value, Default):
        if value.default is None:
            return [(None, (value.env,))]
        return [(text, (value.env, *rest)) for text, rest in _readings(value.default)]
    if isinstance(value, Joined):
        return (_glue(parts) for parts in itertools.product(*map(readings, value.parts)))
    return [(None, value.environment())]


def _glue(parts: tuple[Reading, ...]) -> Reading:
    names = tuple(dict.fromkeys(name for _, rest in parts for name in rest))
    texts = [text for text, _ in parts if text is not None]
    return ("".join(texts) if len(texts) == len(parts) else None), names


def join(values: Iterable[Value], site: Site | None = None) -> Value:
    """One value out of pieces that stand side by side; unknown when it would grow out of hand."""
    pieces: list[Value] = []
    for value in values:
        inner = value.parts if isinstance(value, Joined) else (value,)
        for piece in inner:
            last = pieces[-1] if pieces else None
            if isinstance(last, Literal) and isinstance(piece, Literal):
                pieces[-1] = Literal(f"{last.value}{piece.value}", site=last.site)
            elif piece != Literal(""):
                pieces.append(piece)
    length = sum(len(str(each.value)) for each in pieces if isinstance(each, Literal))
    if len(pieces) > _MOST_PIECES or length > _LONGEST:
        return Unknown("too long to follow", site=site)
    if len(pieces) == 1:
        return pieces[0] if pieces[0].site is not None else pieces[0].at(site)
    return Joined(tuple(pieces), site=site) if pieces else Literal("", site=site)


def settle(value: Value) -> Value:
    """The value with its joined pieces multiplied out: a Literal, a Default over a Literal, a OneOf
    of these, or an Unknown with the reason."""
    if not isinstance(value, Joined):
        return value
    options: list[Value] = []
    for text, names in readings(value):
        if text is None:
            reason = _reason(value)
            option: Value = Default(names[0], None) if names and not reason else Unknown(reason)
        else:
            option = Literal(text, site=value.site, via=value.via)
            for name in reversed(names):
                option = Default(name, option, site=value.site, via=value.via)
        options.append(option)
    return one_of(options)


def _reason(value: Value) -> str:
    if isinstance(value, Unknown):
        return value.reason
    if isinstance(value, Joined):
        return next((found for part in value.parts if (found := _reason(part))), "")
    if isinstance(value, OneOf):
        return next((found for each in value.options if (found := _reason(each))), "")
    return ""


def one_of(values: Iterable[Value]) -> Value:
    """The one value, or the choice between those that differ."""
    options: list[Value] = []
    for value in values:
        for option in value.options if isinstance(value, OneOf) else (value,):
            if option not in options:
                options.append(option)
    if not options or len(options) > _MOST_PIECES:
        return Unknown("too many values" if options else "no value")
    return options[0] if len(options) == 1 else OneOf(tuple(options), site=options[0].site)


def unless_set(name: str, value: Value) -> Value:
    """The value as long as the variable is not set."""
    if isinstance(value, Default) and value.env == name:
        return value
    return Default(name, value, site=value.site, via=value.via)
