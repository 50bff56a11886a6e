"""Settings that are put together of several files by django-split-settings.

`include("base.py", optional("local.py"))` runs each file in the names of the module that calls it
(split_settings/tools.py: include).
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from celerylint.project.combine import text_of
from celerylint.project.interpreter.special import Here
from celerylint.project.modules import dirname
from celerylint.project.objects import Arguments, Scope
from celerylint.project.values import Call, Literal, Value

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import CallHandler, Machine

_OPTIONAL = "split_settings.tools.optional"


def _include(machine: Machine, arguments: Arguments, here: Here) -> Value:
    module = here.scope.module
    if arguments.open or here.scope.kind != "module":
        module.open.add("`include(...)`")
        return Literal(value=None)
    for each in arguments.args:
        name = _name(each)
        paths = [] if name is None else sorted(_files(machine, module.path, name))
        if not paths:
            module.open.add("a file that `include(...)` names")
        module.included += paths
        for path in paths:
            _run(machine, path, here.scope)
    return Literal(value=None)


def _name(value: Value) -> str | None:
    if isinstance(value, Call) and value.dotted == _OPTIONAL and value.args:
        value = value.args[0]
    return text_of(value)


def _files(machine: Machine, importer: str, name: str) -> Iterator[str]:
    """The files of a name, which may be a pattern, as seen from the including one."""
    wanted = posixpath.normpath(posixpath.join(dirname(importer), name))
    if wanted in machine.names.files:
        yield wanted
    elif "*" in name:
        depth = wanted.count("/")
        for path in machine.names.files:
            if path.count("/") == depth and fnmatchcase(path, wanted):
                yield path


def _run(machine: Machine, path: str, scope: Scope) -> None:
    module = machine.modules.get(path)
    if module is None:
        scope.module.unread_stars.add(path)
        machine.needed.add(path)
    elif module not in machine.running:
        machine.running.append(module)
        try:
            machine.run(module.body, Scope(module, scope.env))
        finally:
            machine.running.pop()
        scope.module.open |= module.open
        scope.module.unread_stars |= module.unread_stars


def handlers() -> dict[str, CallHandler]:
    """The functions by canonical name."""
    return {"split_settings.tools.include": _include}
