"""The object that an app is configured from, as the names and
values that Celery would see in it.
"""

from __future__ import annotations

from collections.abc import Iterable

from celerylint.facts.syntax import Node
from celerylint.project.combine import one_of
from celerylint.project.interpreter import classes
from celerylint.project.interpreter.machine import Machine
from celerylint.project.interpreter.special import Here
from celerylint.project.libraries import profiles
from celerylint.project.libraries.records import AppRecord, World
from celerylint.project.modules import Module
from celerylint.project.objects import (
    ClassObject,
    FunctionObject,
    Instance,
    ModuleObject,
    Unread,
)
from celerylint.project.values import Default, Literal, Mapping, Name, OneOf, Site, Unknown, Value
from celerylint.structs import dataclass, field

DJANGO = frozenset({"django.conf:settings", "django.conf.settings"})


@dataclass(slots=True)
class Source:
    """One set of names and values; `site` is where a missing one would be written."""

    name: str
    role: str
    values: dict[str, Value]
    open: bool
    site: Site
    django: bool = False
    module: Module | None = None
    tokens: tuple[str, ...] = field(default=())


def of_value(
    machine: Machine,
    world: World,
    value: Value,
    record: AppRecord,
    site: Site,
    chosen: Iterable[str],
) -> list[Source]:
    """The sources that the argument of `config_from_object` stands for: one for each profile."""
    if isinstance(value, Default) and value.default is not None:
        return of_value(machine, world, value.default, record, site, chosen)
    if isinstance(value, OneOf):
        made = [of_value(machine, world, each, record, site, chosen) for each in value.options]
        return [source for sources in made for source in sources]
    if isinstance(value, Literal) and isinstance(value.value, str):
        return _of_string(machine, world, value.value, record, site, chosen)
    if isinstance(value, Name):
        if value.dotted in DJANGO:
            return _django(machine, world, record, site, chosen)
        return [unknown(f"`{value.dotted}`", site)]
    if isinstance(value, ModuleObject):
        return [of_module(machine, value.module, chosen)]
    machine.need(value)
    return [_of_object(machine, value, site)]


def _of_string(
    machine: Machine, world: World, text: str, record: AppRecord, site: Site, chosen: Iterable[str]
) -> list[Source]:
    if text in DJANGO:
        return _django(machine, world, record, site, chosen)
    module, _, attribute = text.partition(":")
    value = machine.imported(module, attribute or None, record.module)
    if not attribute and not isinstance(value, ModuleObject | Unread) and "." in module:
        parent, _, last = module.rpartition(".")
        value = machine.imported(parent, last, record.module)
    if isinstance(value, Name):
        return [unknown(f"`{text}` is not in the project", site)]
    if isinstance(value, Literal):
        return [unknown(f"`{text}`", site)]
    return of_value(machine, world, value, record, site, chosen)


def _django(
    machine: Machine, world: World, record: AppRecord, site: Site, chosen: Iterable[str]
) -> list[Source]:
    from celerylint.project.linking import django_settings  # which reads sources itself

    return django_settings.profiles_of(machine, world, record, site, chosen)


def unknown(reason: str, site: Site) -> Source:
    """A source that cannot be read."""
    return Source(reason, "production", {}, True, site)


def _of_object(machine: Machine, value: Value, site: Site) -> Source:
    if isinstance(value, Mapping):
        values = {
            k.value: v
            for k, v in value.entries
            if isinstance(k, Literal) and isinstance(k.value, str)
        }
        is_open = value.open or len(values) < len(value.entries)
        return Source("dict", "production", values, is_open, value.site or site)
    cls = value.cls if isinstance(value, Instance) else value
    if isinstance(cls, ClassObject):
        here = Here(("name", 0, 0, ""), cls.scope)
        values, is_open = of_class(machine, cls, value, here)
        return Source(
            cls.dotted, _role_of_class(cls), values, is_open, cls.site or site, module=cls.module
        )
    reason = value.reason if isinstance(value, Unknown) else "not a module, class or dict"
    return unknown(reason, site)


def _role_of_class(cls: ClassObject) -> str:
    import re

    words = re.findall(r"[A-Z][a-z]*|[a-z]+", cls.name)
    found = [profiles.ROLES[word.lower()] for word in words if word.lower() in profiles.ROLES]
    return found[0] if found else "production"


def of_class(
    machine: Machine, cls: ClassObject, holder: Value, here: Here
) -> tuple[dict[str, Value], bool]:
    """The attributes of a class (or its instance) with those of its bases, and whether it may have
    more.
    """
    values: dict[str, Value] = {}
    is_open = False
    for each in classes.ancestry(machine, cls):
        if isinstance(each, ClassObject):
            for name, value in each.env.items():
                if name not in values and not name.startswith("__"):
                    values[name] = _attribute(machine, holder, name, machine.settle(value), here)
        elif isinstance(each, Unknown) or not isinstance(each, Name):
            is_open = True
    if isinstance(holder, Instance):
        values |= holder.fields
    return values, is_open


def _attribute(machine: Machine, holder: Value, name: str, value: Value, here: Here) -> Value:
    from celerylint.project.interpreter import functions

    if isinstance(value, FunctionObject) and functions.has_wrapper(value, functions.PROPERTIES):
        receiver = holder if isinstance(holder, Instance) else Instance(cls=holder)  # type: ignore[arg-type]
        return classes.bound_method(machine, receiver, value, name, here)
    return value


def of_module(machine: Machine, module: Module, chosen: Iterable[str]) -> Source:
    """The names of a module."""
    machine.module(module.path)
    values: dict[str, Value] = {}
    for name, value in list(module.env.items()):
        if not name.startswith("__"):
            values[name] = _settled(machine, value)
    exported, hidden = exports(machine, module)
    values |= exported
    machine.needed |= module.unread_stars
    role = profiles.role_of(module.name, module.path, chosen) or "production"
    start = Site(module, 0, 0)
    is_open = bool(module.open or module.unread_stars or hidden)
    return Source(module.name, role, values, is_open, start, module=module)


def _settled(machine: Machine, value: Value) -> Value:
    from celerylint.project.objects import Lazy

    return machine.settle(value) if isinstance(value, Lazy) else value


def exports(machine: Machine, module: Module) -> tuple[dict[str, Value], bool]:
    """Upper-case members of a class that exports itself: `Settings.load_settings(__name__)`."""
    values: dict[str, Value] = {}
    hidden = False
    for node in module.body:
        if node[0] == "expr" and node[3][0] == "call" and node[3][3][0] == "attr":
            cls = machine.evaluate(node[3][3][3], module.scope)
            if isinstance(cls, Unread):
                machine.needed |= cls.paths
                hidden = True
            if isinstance(cls, ClassObject) and _exports_itself(machine, cls, node[3]):
                found, open_class = of_class(
                    machine, cls, Instance(cls=cls), Here(node, module.scope)
                )
                values |= {name: value for name, value in found.items() if name.isupper()}
                hidden = hidden or open_class
    return values, hidden


def _exports_itself(machine: Machine, cls: ClassObject, call: Node) -> bool:
    method = classes.find(machine, cls, call[3][4])
    if not isinstance(method, FunctionObject):
        return False
    named = any(each[2][0] == "name" and each[2][3] == "__name__" for each in call[4])
    return named and {"setattr", "modules"} <= set(method.words)


def beside(machine: Machine, source: Source, chosen: Iterable[str]) -> list[Source]:
    """Other modules of a configuration package that are built on the same base: what a variable
    that
    names the module may name instead."""
    module = source.module
    if module is None:
        return []
    bases = profiles.star_sources(machine, module)
    found = []
    for path in profiles.siblings(machine, module.path):
        other = machine.modules.get(path)
        if path.rpartition("/")[0] != module.path.rpartition("/")[0] or path in bases:
            continue
        if other is None:
            machine.needed.add(path)
        elif bases & profiles.star_sources(machine, other):
            found.append(of_module(machine, other, chosen))
    return found


def of_django(world: World, value: Value) -> Value:
    """`settings.NAME` of `django.conf` as production's profiles say it, where they agree."""
    if not isinstance(value, Name) or not value.dotted.startswith("django.conf.settings."):
        return value
    name = value.dotted.removeprefix("django.conf.settings.")
    found = [values[name] for values in world.django_values if name in values]
    if not found or len(found) < len(world.django_values):
        return value
    made: Value = one_of(found).at(value.site)
    return made
