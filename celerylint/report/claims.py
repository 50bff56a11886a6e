"""A value of the model as a claim that can be checked: what it is, how sure that is, and why
not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from celerylint.project import values as v


@dataclass(frozen=True, slots=True)
class Claim:
    """certainty is known, default (`env` names the variables), one-of (`value` is a list) or
    unknown (`reason`).
    """

    certainty: str
    value: Any = None
    env: tuple[str, ...] = ()
    reason: str = ""

    def to_json(self) -> dict[str, Any]:
        """The claim's keys in the project JSON."""
        if self.certainty == "unknown":
            return {"certainty": "unknown", "reason": self.reason}
        claim = {"value": plain(self.value), "certainty": self.certainty}
        return claim | ({"env": ", ".join(self.env)} if self.env else {})


def claim(value: v.Value) -> Claim:
    """What is claimed of a value."""
    if isinstance(value, v.OneOf):
        return _one_of(value)
    if isinstance(value, v.Default):
        return _default(value)
    if isinstance(value, v.Literal):
        return Claim("known", value.value)
    if isinstance(value, (v.Sequence, v.Mapping, v.Joined)):
        return _whole(value)
    if isinstance(value, v.Name):
        return Claim("unknown", reason=f"`{value.dotted}` is not part of the project")
    if isinstance(value, v.Call):
        return Claim("unknown", reason=f"the result of `{value.dotted}(...)`")
    return Claim("unknown", reason=getattr(value, "reason", "") or "not resolved")


def _default(value: v.Default) -> Claim:
    if value.default is None:
        return Claim(
            "unknown", reason=f"the environment variable {value.env}, which has no default"
        )
    inner = claim(value.default)
    if inner.certainty in ("unknown", "one-of"):
        return Claim(
            "unknown", reason=f"the environment variable {value.env}, whose default is not known"
        )
    return Claim("default", inner.value, tuple(dict.fromkeys((value.env, *inner.env))))


def _one_of(value: v.OneOf) -> Claim:
    parts = [claim(each) for each in value.options]
    if any(part.certainty == "unknown" for part in parts):
        return Claim("unknown", reason="one of several values, of which not all are known")
    found: list[Any] = []
    for part in parts:
        for each in part.value if part.certainty == "one-of" else [part.value]:
            if not any(type(each) is type(other) and each == other for other in found):
                found.append(each)
    env = tuple(dict.fromkeys(name for part in parts for name in part.env))
    return (
        Claim("one-of", found, env)
        if len(found) > 1
        else Claim("default" if env else "known", found[0], env)
    )


def _whole(value: v.Sequence | v.Mapping | v.Joined) -> Claim:
    """A value made of parts is as sure as its least sure part."""
    if not isinstance(value, v.Joined) and value.open:
        return Claim("unknown", reason="it may hold more than was read")
    if isinstance(value, v.Mapping):
        keys, parts = (
            [claim(key) for key, _ in value.entries],
            [claim(each) for _, each in value.entries],
        )
    else:
        keys, parts = (
            [],
            [claim(each) for each in (value.parts if isinstance(value, v.Joined) else value.items)],
        )
    for part in (*keys, *parts):
        if part.certainty not in ("known", "default"):
            return Claim("unknown", reason=part.reason or "a part of it is one of several values")
    env = tuple(dict.fromkeys(name for part in (*keys, *parts) for name in part.env))
    made = _made(value, [key.value for key in keys], [part.value for part in parts])
    if made is None:
        return Claim("unknown", reason="it cannot be put together")
    return Claim("default" if env else "known", made[0], env)


def _made(value: v.Value, keys: list[Any], parts: list[Any]) -> tuple[Any] | None:
    try:
        if isinstance(value, v.Mapping):
            return (dict(zip(keys, parts, strict=True)),)
        if isinstance(value, v.Joined):
            return ("".join(part if isinstance(part, str) else format(part) for part in parts),)
        if isinstance(value, v.Sequence) and value.kind in ("set", "frozenset"):
            return (set(parts),)
        return (parts,)
    except TypeError:
        return None


def plain(value: Any) -> Any:
    """A Python object in JSON's words: sets become sorted lists, what JSON has no word for its
    `repr`.
    """
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if value == value and abs(value) != float("inf") else repr(value)
    if isinstance(value, dict):
        return {
            key if isinstance(key, str) else repr(key): plain(each) for key, each in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, (set, frozenset)):
        return sorted((plain(each) for each in value), key=repr)
    return repr(value)
