"""What Hypothesis composes projects of: expressions of a value, statements that bind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

# Settings that any value of their kind suits, and that nothing connects to or forks for.
SETTINGS: dict[str, str] = {
    "task_time_limit": "int",
    "task_soft_time_limit": "int",
    "worker_concurrency": "int",
    "worker_prefetch_multiplier": "int",
    "result_expires": "int",
    "task_acks_late": "bool",
    "task_ignore_result": "bool",
    "task_track_started": "bool",
    "task_reject_on_worker_lost": "bool",
    "broker_url": "url",
    "result_backend": "url",
    "task_default_queue": "str",
    "task_serializer": "format",
    "timezone": "zone",
    "task_routes": "dict",
    "broker_transport_options": "dict",
    "result_backend_thread_safe": "bool",
}
LITERALS: dict[str, st.SearchStrategy[Any]] = {
    "int": st.integers(1, 99),
    "bool": st.booleans(),
    "url": st.sampled_from(["redis://a/0", "redis://b/1", "memory://", "sqla+sqlite:///c.db"]),
    "str": st.sampled_from(["low", "high", "mail"]),
    "format": st.sampled_from(["json", "pickle", "yaml"]),
    "zone": st.sampled_from(["UTC", "Europe/Berlin"]),
    "dict": st.dictionaries(st.sampled_from(["a", "b", "c"]), st.integers(0, 9), max_size=2),
}
HELPERS = """import os


def get_int(key, default=0):
    return int(os.environ.get(key, default))


def get_text(key, default):
    return os.getenv(key, default)


def get_bool(key, default=False):
    value = os.environ.get(key)
    return default if value is None else value.lower() in ("1", "true", "yes")
"""


@dataclass
class Module:
    """A module while it is written: imports, then lines. `notes` say which forms went in."""

    notes: list[str] = field(default_factory=list)
    imports: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    names: int = 0

    def use(self, statement: str) -> None:
        """Adds an import, once."""
        if statement not in self.imports:
            self.imports.append(statement)

    def fresh(self) -> str:
        """A name that nothing else in the module has, and no setting either."""
        self.names += 1
        return f"VALUE_{self.names}"

    def text(self) -> str:
        """The module's source."""
        return "\n".join([*self.imports, *self.lines, ""])


Write = Callable[[Module, Any, str], str]


def write_literal(module: Module, value: Any, kind: str) -> str:
    return repr(value)


def write_constant(module: Module, value: Any, kind: str) -> str:
    name = module.fresh()
    module.lines.append(f"{name} = {value!r}")
    return name


def write_class_constant(module: Module, value: Any, kind: str) -> str:
    name = module.fresh()
    module.lines += [f"class {name}:", f"    inner = {value!r}"]
    return f"{name}.inner"


def write_enum_member(module: Module, value: Any, kind: str) -> str:
    if kind not in ("str", "format"):
        return write_literal(module, value, kind)
    name = module.fresh()
    module.use("import enum")
    module.lines += [f"class {name}(str, enum.Enum):", f"    member = {value!r}"]
    return f"{name}.member.value"


def write_conditional(module: Module, value: Any, kind: str) -> str:
    flag = write_constant(module, True, "bool")
    return f"({value!r} if {flag} else None)"


def write_boolean(module: Module, value: Any, kind: str) -> str:
    return f"(None or {value!r})" if value else f"(True and {value!r})"


def write_arithmetic(module: Module, value: Any, kind: str) -> str:
    if kind != "int":
        return write_literal(module, value, kind)
    return f"{value // 7} * 7 + {value % 7}"


def write_joined(module: Module, value: Any, kind: str) -> str:
    if not isinstance(value, str):
        return write_literal(module, value, kind)
    head = write_constant(module, value[:3], kind)
    return f"f'{{{head}}}{value[3:]}'"


def write_environment(module: Module, value: Any, kind: str) -> str:
    module.use("import os")
    if kind == "int":
        return f"int(os.environ.get('UNSET_{module.fresh()}', '{value}'))"
    if isinstance(value, str):
        return f"os.getenv('UNSET_{module.fresh()}', {value!r})"
    return write_literal(module, value, kind)


def write_helper(module: Module, value: Any, kind: str) -> str:
    helper = {"int": "get_int", "bool": "get_bool"}.get(kind, "get_text")
    if kind == "dict":
        return write_literal(module, value, kind)
    module.use("import reading")
    return f"reading.{helper}('UNSET_{module.fresh()}', {value!r})"


def write_steps(module: Module, value: Any, kind: str) -> str:
    if kind != "dict":
        return write_constant(module, value, kind)
    name = module.fresh()
    module.lines.append(f"{name} = dict()")
    module.lines += [f"{name}[{key!r}] = {item!r}" for key, item in value.items()]
    return name


def write_merged(module: Module, value: Any, kind: str) -> str:
    if kind != "dict":
        return write_literal(module, value, kind)
    base = write_constant(module, {"a": 0}, kind)
    return f"{{**{base}, **{value!r}}}"


def write_picked(module: Module, value: Any, kind: str) -> str:
    name = module.fresh().lower()
    module.lines += [
        f"def {name}(items):",
        "    for item in items:",
        f"        if item == {value!r}:",
        "            break",
        "        other = item",
        "    return item",
    ]
    return f"{name}([None, {value!r}, 0])"


def write_alias(module: Module, value: Any, kind: str) -> str:
    if kind != "dict":
        return write_constant(module, value, kind)
    name, other = module.fresh(), module.fresh()
    module.lines += [f"{name} = {{'b': 1}}", f"{other} = {name}", f"del {other}['b']"]
    module.lines.append(f"{other}.update({value!r})")
    return name


def write_looped(module: Module, value: Any, kind: str) -> str:
    if kind != "dict":
        return write_literal(module, value, kind)
    name = module.fresh().lower()
    module.lines += [
        f"def {name}(pairs):",
        "    made = {}",
        "    for key, item in pairs:",
        "        if key is None:",
        "            continue",
        "        made[key] = item",
        "    return made",
    ]
    return f"{name}([(None, 1), *{list(value.items())!r}])"


WRITERS: tuple[Write, ...] = (
    write_literal,
    write_constant,
    write_class_constant,
    write_enum_member,
    write_conditional,
    write_boolean,
    write_arithmetic,
    write_joined,
    write_environment,
    write_helper,
    write_steps,
    write_merged,
    write_picked,
    write_alias,
    write_looped,
)


def write_value(draw: st.DrawFn, module: Module, kind: str) -> str:
    """An expression of that kind; what it needs goes into the module first."""
    writer = draw(st.sampled_from(WRITERS))
    module.notes.append(writer.__name__.removeprefix("write_"))
    return writer(module, draw(LITERALS[kind]), kind)


def bind(draw: st.DrawFn, module: Module, name: str, kind: str) -> None:
    """Statements after which `name` has a value of that kind in the module."""
    form = draw(
        st.sampled_from(["plain", "overwritten", "annotated", "condition", "else", "chain"])
    )
    module.notes.append(f"bind {form}")
    value = write_value(draw, module, kind)
    if form == "overwritten":
        module.lines.append(f"{name} = {write_value(draw, module, kind)}")
    if form == "annotated":
        module.lines.append(f"{name}: object = {value}")
    elif form == "condition":
        flag = write_constant(module, draw(st.booleans()), "bool")
        module.lines += [f"if {flag}:", f"    {name} = {value}"]
    elif form == "else":
        flag = write_constant(module, draw(st.booleans()), "bool")
        other = draw(LITERALS[kind])
        module.lines += [f"if {flag}:", f"    {name} = {other!r}", "else:", f"    {name} = {value}"]
    elif form == "chain":
        module.lines.append(f"{module.fresh()} = {name} = {value}")
    else:
        module.lines.append(f"{name} = {value}")
