"""A value of the model as a claim that can be checked: what it is, how sure that is, and why not.

What JSON has no word for is an object: {"bytes": text in latin-1}, {"name": dotted} for a class or
function, {"call": dotted, "args": [...], "kwargs": {...}} for a plain value that a call makes.
"""

from __future__ import annotations

import builtins
from typing import Any

from celerylint.project import values as v
from celerylint.project.objects import ClassObject, FunctionObject, Instance
from celerylint.structs import dataclass

# Classes whose instances are what their arguments say, and nothing else.
_PLAIN = frozenset(
    [
        "celery.schedules.crontab",
        "celery.schedules.schedule",
        "celery.schedules.solar",
        "datetime.timedelta",
        "kombu.Exchange",
        "kombu.Queue",
        "kombu.binding",
        "kombu.common.Broadcast",
        "kombu.entity.Exchange",
        "kombu.entity.Queue",
        "re.compile",
        "zoneinfo.ZoneInfo",
    ]
)
# Attributes of these are values that the environment or a registry decides, whatever their names.
_NOT_NAMED = ("django.conf.settings.", "os.environ.", "flask.current_app.")


@dataclass(frozen=True, slots=True)
class Named:
    """A class, function or enumeration member, by its dotted name."""

    dotted: str

    def __repr__(self) -> str:
        return self.dotted


@dataclass(frozen=True, slots=True, eq=True)
class Called:
    """A plain value that a call of its class makes."""

    dotted: str
    args: list[Any]
    kwargs: dict[str, Any]

    def __repr__(self) -> str:
        parts = [*map(repr, self.args), *(f"{key}={each!r}" for key, each in self.kwargs.items())]
        return f"{self.dotted}({', '.join(parts)})"


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
    if isinstance(value, v.Call):
        return _call(value)
    return _object(value)


def _object(value: v.Value) -> Claim:
    """A class, a function, a member of an enumeration."""
    dotted = _dotted(value)
    if dotted is not None:
        return Claim("known", Named(dotted))
    if isinstance(value, Instance) and isinstance(value.cls, ClassObject):
        return _member(value, value.cls)
    if isinstance(value, v.Name):
        return Claim("unknown", reason=f"`{value.dotted}` is not part of the project")
    return Claim("unknown", reason=getattr(value, "reason", "") or "not resolved")


def _dotted(value: v.Value) -> str | None:
    """The dotted name of a class or function; None for all else."""
    if isinstance(value, v.Name):
        return value.dotted.removeprefix("builtins.") if _names_a_class(value.dotted) else None
    if isinstance(value, ClassObject) and value.scope.kind != "function":
        return f"{_owner(value.scope)}.{value.name}"
    if isinstance(value, FunctionObject) and not value.wrappers and value.node[0] == "def":
        inside = value.scope.kind == "function"
        return None if inside else f"{_owner(value.scope)}.{value.name}"
    return None


def _owner(scope: Any) -> str:
    """The module of a scope, with the classes around it."""
    names = []
    while scope is not None and scope.kind == "class":
        names.append(scope.owner.name)
        scope = scope.parent
    return ".".join([scope.module.name, *reversed(names)])


def _names_a_class(dotted: str) -> bool:
    """External names are not looked into: spelled like a class, they are taken for one."""
    if dotted.startswith(_NOT_NAMED):
        return False
    if dotted.startswith("builtins."):
        return isinstance(getattr(builtins, dotted.removeprefix("builtins."), None), type)
    last = dotted.rpartition(".")[2]
    return "." in dotted and last[:1].isupper() and not last.isupper()


def _member(value: Instance, cls: ClassObject) -> Claim:
    """A member of an enumeration: its value where it is a string or number itself."""
    inner, name = value.fields.get("value"), value.fields.get("name")
    if inner is None or not isinstance(name, v.Literal):
        return Claim("unknown", reason=f"an instance of `{cls.name}`")
    mixed = {each.dotted for each in cls.bases if isinstance(each, v.Name)}
    if mixed & _VALUED:
        return claim(inner)
    return Claim("known", Named(f"{_owner(cls.scope)}.{cls.name}.{name.value}"))


_VALUED = frozenset(
    [
        "builtins.int",
        "builtins.str",
        "django.db.models.IntegerChoices",
        "django.db.models.TextChoices",
        "enum.IntEnum",
        "enum.IntFlag",
        "enum.StrEnum",
    ]
)


def _call(value: v.Call) -> Claim:
    if value.dotted not in _PLAIN:
        return Claim("unknown", reason=f"the result of `{value.dotted}(...)`")
    args = _whole(v.Sequence(kind="list", items=value.args))
    entries = tuple((v.Literal(value=key), each) for key, each in value.kwargs)
    kwargs = _whole(v.Mapping(entries=entries))
    unsure = next((each for each in (args, kwargs) if each.certainty == "unknown"), None)
    if unsure is not None or any(key == "**" for key, _ in value.kwargs):
        reason = unsure.reason if unsure is not None else "a splat"
        return Claim("unknown", reason=f"`{value.dotted}(...)`: {reason}")
    env = tuple(dict.fromkeys((*args.env, *kwargs.env)))
    made = Called(value.dotted, args.value, kwargs.value)
    return Claim("default" if env else "known", made, env)


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


def _one_unknown(why: str) -> str:
    known = "one of several values, of which not all are known"
    if why.startswith(known):
        return why
    return known if why == v.Unknown().reason else f"{known}: {why}"


def _one_of(value: v.OneOf) -> Claim:
    parts = [claim(each) for each in value.options]
    unknown = next((part for part in parts if part.certainty == "unknown"), None)
    if unknown is not None:
        return Claim("unknown", reason=_one_unknown(unknown.reason))
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
    """A Python object in JSON's words: sets become sorted lists; see the module for the others."""
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, bytes):
        return {"bytes": value.decode("latin-1")}
    if isinstance(value, Named):
        return {"name": value.dotted}
    if isinstance(value, Called):
        return {"call": value.dotted, "args": plain(value.args), "kwargs": plain(value.kwargs)}
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
