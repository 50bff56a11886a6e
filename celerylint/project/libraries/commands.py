"""Django's management commands that code runs by their name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from celerylint.project.combine import text_of
from celerylint.project.interpreter import classes
from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries import command_options
from celerylint.project.objects import Arguments, ClassObject, FunctionObject, Instance, Lazy

CALL = "django.core.management.call_command"
_FOLDER = "management/commands/"


def handle(
    machine: Machine,
    arguments: Arguments,
    reaches_out: Callable[[str], bool],
    demanded: set[str],
) -> Iterator[tuple[FunctionObject, Instance, Arguments]]:
    """The method that `call_command(name)` runs, with its `self` and what it is called with; a file
    that was not read and may matter goes to `demanded`."""
    name = text_of(arguments.get(0, "command_name"))
    if name is None:
        return
    ending = f"{_FOLDER}{name}.py"
    for path in sorted(each for each in machine.names.files if each.endswith(ending)):
        module = machine.module(path)
        if module is None:
            demanded |= {path} if reaches_out(path) else set()
            continue
        cls = module.env.get("Command")
        cls = machine.settle(cls) if isinstance(cls, Lazy) else cls
        if isinstance(cls, ClassObject):
            method = classes.find(machine, cls, "handle")
            if isinstance(method, FunctionObject):
                yield method, Instance(cls=cls), command_options.given(machine, cls, arguments)
