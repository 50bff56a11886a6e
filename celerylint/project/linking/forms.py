"""What kind of object a value surely is, as far as that decides whether it can be encoded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

from celerylint.facts.syntax import Node, dotted
from celerylint.findings import Related
from celerylint.oracle import encodings
from celerylint.project.interpreter import classes
from celerylint.project.interpreter.branches import EXCEPTION
from celerylint.project.interpreter.special import Here
from celerylint.project.libraries import query_rows
from celerylint.project.model import Form
from celerylint.project.objects import (
    Bound,
    ClassObject,
    FunctionObject,
    Instance,
    ModuleObject,
    Partial,
    Scope,
)
from celerylint.project.values import Call, Literal, Mapping, Name, OneOf, Sequence, Unknown, Value
from celerylint.structs import replace

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

DEEPEST = 5
MOST = 8  # forms of one argument
QUERY_SET = "django.db.models.query.QuerySet"
# Other names under which rows can be made.
_ALIASES = {
    **dict.fromkeys(
        ("pathlib.Path.cwd", "pathlib.Path.home", "pathlib.WindowsPath"), "pathlib.Path"
    ),
    "typing.Set": "builtins.set",
    "typing.FrozenSet": "builtins.frozenset",
    "uuid.uuid1": "uuid.UUID",
    "uuid.uuid4": "uuid.UUID",
    "datetime.date.today": "datetime.date",
    "datetime.datetime.now": "datetime.datetime",
    "datetime.datetime.utcnow": "datetime.datetime",
    "django.utils.timezone.now": "datetime.datetime",
    "django.utils.timezone.timedelta": "datetime.timedelta",
    "django.contrib.auth.get_user_model()": "django.db.models.Model",
    "django.core.handlers.wsgi.WSGIRequest": "django.http.HttpRequest",
    "django.db.models.QuerySet": QUERY_SET,
    "pydantic.main.BaseModel": "pydantic.BaseModel",
    "pydantic.v1.BaseModel": "pydantic.BaseModel",
}
# Ancestors that say nothing of the form.
_NEUTRAL = frozenset({"builtins.object", "abc.ABC", "typing.Generic"})
# What an annotation may say of any object.
_ANYTHING = frozenset({"builtins.object", "builtins.iter", "builtins.open", "enum.Enum"})
_DATACLASSES = frozenset(
    {"dataclasses.dataclass", "attr.s", "attr.attrs", "attr.define", "attrs.define", "attrs.frozen"}
)
_KEEP = _DATACLASSES | {"functools.total_ordering", "typing.final", "enum.unique"}
_VIEWS = {"keys": "dict view", "values": "dict view", "items": "dict pairs"}
_SHOWN = {
    "builtins.set": "a set",
    "builtins.frozenset": "a frozenset",
    "builtins.bytes": "bytes",
    "builtins.Exception": "an exception",
    "builtins.open": "an open file",
    "builtins.memoryview": "a memoryview",
    "generator": "a generator",
    "dict view": "a view of a dict",
    "dict pairs": "a view of a dict",
    "lambda": "a function",
    "function": "a function",
    "local function": "a function",
    "method": "a method that is not called",
    "class": "a class",
    "module": "a module",
    QUERY_SET: "a query set",
    "django.db.models.Model": "an object of the database",
    "django.http.HttpRequest": "a request",
    "rest_framework.request.Request": "a request",
    "re.compile": "a pattern",
    "re.Pattern": "a pattern",
}


def of(machine: Machine, value: Value, node: Node | None, here: Here | None) -> tuple[Form, ...]:
    """The forms of a value and of what it surely holds, as far as they are known and some
    serializer refuses them. `node` is what is written, in the scope of `here`."""
    if isinstance(value, Literal) and not isinstance(value.value, bytes | complex):
        return ()
    if node is not None and here is not None:
        with machine.aside():
            machine.listeners = []
            written = _written(machine, value, node, here.scope)
        if written is not None:
            return (written,)
    found = (each for each in _forms(machine, value, 0) if _refused_somewhere(each))
    return tuple(islice(found, MOST))


def _refused_somewhere(form: Form) -> bool:
    return all(row in encodings.refusable() for row in form.rows)


def _made(row: str, what: str | None = None, names: tuple[str, ...] = ()) -> Form:
    shown = what or _SHOWN.get(row) or f"a `{row.rpartition('.')[2]}`"
    return Form((row,), shown, names or (row,))


def _written(machine: Machine, value: Value, node: Node, scope: Scope) -> Form | None:
    """What the following of code takes for a list, although it is none yet."""
    if node[0] == "comp" and node[3] == "generator":
        return _made("generator")
    if node[0] != "call" or not isinstance(value, Sequence | Unknown):
        return None
    function = node[3]
    if function[0] == "attr" and function[4] in _VIEWS and not node[4]:
        plain = function[3][0] == "dict" or dotted(function[3]) is not None
        receiver = machine.evaluate(function[3], scope) if plain else None
        return _made(_VIEWS[function[4]]) if isinstance(receiver, Mapping) else None
    if dotted(function) == "reversed":
        called = machine.evaluate(function, scope)
        if isinstance(called, Name) and called.dotted == "builtins.reversed":
            return _made("builtins.reversed")
    return None


def _forms(machine: Machine, value: Value, depth: int) -> Iterator[Form]:
    if depth > DEEPEST:
        return
    made: Form | None = None
    if isinstance(value, Sequence) and value.kind in {"list", "tuple"}:
        yield from _inside(machine, value.items, depth)
    elif isinstance(value, Mapping):
        yield from filter(None, (_key(key) for key, _ in value.entries))
        yield from _inside(machine, (each for _, each in value.entries), depth)
    elif isinstance(value, Sequence):
        made = _made(f"builtins.{value.kind}")
    elif isinstance(value, OneOf):
        made = _every(machine, value, depth)
    elif isinstance(value, Literal):
        name = f"builtins.{type(value.value).__name__}"
        made = _made(name) if name in {"builtins.bytes", "builtins.complex"} else None
    elif isinstance(value, Instance):
        made = _instance(machine, value)
    else:
        made = _other(value)
    if made is not None:
        yield made


def _inside(machine: Machine, values: Iterable[Value], depth: int) -> Iterator[Form]:
    for value in values:
        for each in _forms(machine, value, depth + 1):
            yield replace(each, inside=True)


def _every(machine: Machine, value: OneOf, depth: int) -> Form | None:
    """The form where each of several values has one of the same rows; None is encoded, but whoever
    writes `x = None` first does not mean to send that."""
    kept = [each for each in value.options if not each.is_none()]
    first = [next(_forms(machine, each, depth), None) for each in kept]
    found = [each for each in first if each is not None]
    if not found or len(found) < len(first) or any(each.rows != found[0].rows for each in found):
        return None
    return found[0]


def _key(key: Value) -> Form | None:
    if isinstance(key, Sequence) and key.kind == "tuple":
        return _made("keys: tuple", "a dict with tuples for keys")
    if isinstance(key, Literal) and isinstance(key.value, bytes):
        return _made("keys: bytes", "a dict with bytes for keys")
    if isinstance(key, Call):
        row = f"keys: {_ALIASES.get(key.dotted, key.dotted)}"
        name = row.rpartition(".")[2]
        return _made(row, f"a dict with a `{name}` for a key") if row in encodings.rows() else None
    return None


def _other(value: Value) -> Form | None:
    if isinstance(value, query_rows.Rows):
        return _made(QUERY_SET)
    if isinstance(value, Call):
        return _called(value)
    if isinstance(value, FunctionObject):
        if value.wrappers:
            return None
        inside = value.scope.kind == "function"
        row = "function" if value.node[0] == "def" else "lambda"
        return _made("local function" if inside and row == "function" else row)
    if isinstance(value, Bound):
        whole = value.function is not None and not value.function.wrappers
        return _made("method") if whole else None
    if isinstance(value, Partial):
        return _made("functools.partial")
    if isinstance(value, ClassObject):
        return _made("class", f"the class `{value.name}` itself")
    if isinstance(value, ModuleObject):
        return _made("module")
    if isinstance(value, Unknown) and value.reason == EXCEPTION:
        return _made("builtins.Exception")
    return None


def _called(value: Call) -> Form | None:
    if value.dotted == "operator./" and value.args:
        return _form_of_path(value.args[0])
    row = _ALIASES.get(value.dotted, value.dotted)
    return _made(row) if row in encodings.rows() else None


def _form_of_path(value: Value) -> Form | None:
    """`Path(…) / "name"`."""
    found = _called(value) if isinstance(value, Call) else None
    return found if found is not None and found.rows[0].startswith("pathlib.") else None


def _instance(machine: Machine, value: Instance) -> Form | None:
    if isinstance(value.cls, Name):
        row = _ALIASES.get(value.cls.dotted, value.cls.dotted)
        known = row in encodings.rows() and row not in _ANYTHING
        return _made(row) if known else _exception(row)
    cls = value.cls
    found = list(classes.ancestry(machine, cls))
    rows: list[str] = []
    for each in found:
        if isinstance(each, ClassObject):
            if "__json__" in each.env or not _plain(machine, each):
                return None
        elif not isinstance(each, Name):
            return None
        elif each.dotted not in _NEUTRAL:
            base = _row_of_base(each.dotted)
            if base is None:
                return None
            rows.append(base)
    names = tuple(each.dotted for each in found if isinstance(each, ClassObject | Name))
    related = () if cls.site is None else (Related(cls.site.span, "its class"),)
    what = _shown(cls, rows)
    return Form(tuple(dict.fromkeys(rows)) or ("instance",), what, names, False, related)


def _row_of_base(name: str) -> str | None:
    row = _ALIASES.get(name, name)
    if row in encodings.rows():
        return row
    found = _exception(row)
    return None if found is None else found.rows[0]


def _exception(name: str) -> Form | None:
    """An exception of Python's own."""
    import builtins

    found = getattr(builtins, name.removeprefix("builtins."), None)
    raised = isinstance(found, type) and issubclass(found, BaseException)
    return _made("builtins.Exception") if raised and name.startswith("builtins.") else None


def _plain(machine: Machine, cls: ClassObject) -> bool:
    """Do all decorators of a class leave it the class that it is?"""
    for node in cls.node[6]:
        function = node[3] if node[0] == "call" else node
        value = machine.evaluate(function, cls.scope) if dotted(function) else None
        if not isinstance(value, Name) or value.dotted not in _KEEP:
            return False
    return True


def _shown(cls: ClassObject, rows: list[str]) -> str:
    if "builtins.Exception" in rows:
        return f"an exception (`{cls.name}`)"
    if any(row.startswith("enum.") for row in rows):
        return f"a member of the enum `{cls.name}`"
    if "pydantic.BaseModel" in rows:
        return f"a model of Pydantic (`{cls.name}`)"
    if "django.db.models.Model" in rows:
        return f"an object of the database (`{cls.name}`)"
    return f"an instance of `{cls.name}`"
