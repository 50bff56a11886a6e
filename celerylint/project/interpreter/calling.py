"""Evaluates calls: of the project's functions and classes, of built-ins, and of what is known by
name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.facts.syntax import Node
from celerylint.project.combine import one_of
from celerylint.project.interpreter import (
    attributes,
    builtin_methods,
    classes,
    functions,
    held,
    targets,
)
from celerylint.project.interpreter.special import Here, Special
from celerylint.project.objects import (
    Arguments,
    Bound,
    ClassObject,
    FunctionObject,
    Instance,
    Partial,
    Scope,
    Unread,
)
from celerylint.project.values import (
    Call,
    Default,
    Literal,
    Mapping,
    Name,
    OneOf,
    Sequence,
    Unknown,
    Value,
)
from celerylint.structs import replace

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

RESULT = "the result of a call that is not known"


def evaluate(machine: Machine, node: Node, scope: Scope) -> Value:
    """The value of a call expression."""
    here = Here(node, scope)
    target = node[3]
    if target[0] == "attr":
        base = machine.evaluate(target[3], scope)
        function = attributes.get(machine, base, target[4], Here(target, scope))
        arguments = evaluate_arguments(machine, node[4], scope)
        changed = builtin_methods.change(base, target[4], arguments)
        if changed is not None:
            targets.reassign(machine, target[3], changed, scope)
    else:
        function = machine.evaluate(target, scope)
        arguments = evaluate_arguments(machine, node[4], scope)
    machine.tell(function, arguments, here)
    result = call(machine, function, arguments, here)
    return result.at(here.site) if result.site is None else result


def evaluate_arguments(machine: Machine, nodes: tuple[Node, ...], scope: Scope) -> Arguments:
    """The arguments of a call, splats spread as far as they are known."""
    args: list[Value] = []
    kwargs: list[tuple[str, Value]] = []
    open_args = open_kwargs = False
    for star, keyword, expression, _start, _end in nodes:
        value = machine.evaluate(expression, scope)
        if star == "*":
            args.extend(value.items if isinstance(value, Sequence) else ())
            open_args = open_args or not isinstance(value, Sequence) or value.open
        elif star == "**":
            known, closed = _spread(value)
            kwargs.extend(known)
            open_kwargs = open_kwargs or not closed
        elif keyword is not None:
            kwargs.append((keyword, value))
        else:
            args.append(value)
    return Arguments(tuple(args), tuple(kwargs), open_args, open_kwargs)


def _spread(value: Value) -> tuple[list[tuple[str, Value]], bool]:
    if isinstance(value, Special):
        value = value.plain()
    if not isinstance(value, Mapping):
        return [], False
    known = [
        (k.value, v)
        for k, v in value.entries
        if isinstance(k, Literal) and isinstance(k.value, str)
    ]
    return known, not value.open and len(known) == len(value.entries)


def call(machine: Machine, function: Value, arguments: Arguments, here: Here) -> Value:
    """The value that calling something returns."""
    if isinstance(function, Special):
        return function.call(machine, arguments, here)
    if isinstance(function, FunctionObject):
        return functions.call(machine, function, arguments, here)
    if isinstance(function, Name):
        return call_name(machine, function, arguments, here)
    if isinstance(function, ClassObject):
        return instantiate(machine, function, arguments, here)
    if isinstance(function, Bound):
        return _call_bound(machine, function, arguments, here)
    if isinstance(function, Partial):
        return call(machine, function.function, _with_partial(function, arguments), here)
    if isinstance(function, OneOf):
        return one_of([call(machine, each, arguments, here) for each in function.options[:4]])
    if isinstance(function, Instance) and isinstance(function.cls, ClassObject):
        found = classes.find(machine, function.cls, "__call__")
        if isinstance(found, FunctionObject):
            receiver = Arguments((function, *arguments.args), arguments.kwargs, *_open(arguments))
            return functions.call(machine, found, receiver, here)
    if isinstance(function, Unread):
        return replace(function, called=True, member=False)
    held.give_all(machine, arguments, here)
    return tainted(arguments) or Unknown(reason=RESULT)


def _open(arguments: Arguments) -> tuple[bool, bool]:
    return arguments.open_args, arguments.open_kwargs


def _with_partial(partial: Partial, arguments: Arguments) -> Arguments:
    return Arguments(
        partial.args + arguments.args, partial.kwargs + arguments.kwargs, *_open(arguments)
    )


def tainted(arguments: Arguments) -> Value | None:
    """Something unknown made of an environment variable still is that variable's business."""
    for value in (*arguments.args, *(each for _, each in arguments.kwargs)):
        if isinstance(value, Default):
            return Default(env=value.env, default=None, site=value.site)
    return None


def call_name(machine: Machine, name: Name, arguments: Arguments, here: Here) -> Value:
    """The result of calling something external by its canonical name."""
    dotted = name.dotted
    handler = machine.handlers.get(dotted)
    if handler is not None:
        return handler(machine, arguments, here)
    held.give_all(machine, arguments, here, dotted)
    if arguments.open:
        return Call(dotted=dotted, site=here.site, kwargs=(("**", Unknown(reason="a splat")),))
    return Call(dotted=dotted, args=arguments.args, kwargs=arguments.kwargs, site=here.site)


def instantiate(machine: Machine, cls: ClassObject, arguments: Arguments, here: Here) -> Value:
    """An instance of a class of the project."""
    for handler in machine.class_handlers:
        made = handler(machine, cls, arguments, here)
        if made is not None:
            return made
    instance = Instance(cls=cls, args=arguments.args, kwargs=arguments.kwargs, site=here.site)
    start = cls.env.get("__init__")
    if isinstance(start, FunctionObject) and len(start.words) < 60:
        receiver = Arguments((instance, *arguments.args), arguments.kwargs, *_open(arguments))
        functions.call(machine, start, receiver, here)
    return instance


def _call_bound(machine: Machine, bound: Bound, arguments: Arguments, here: Here) -> Value:
    if bound.function is not None:
        receiver = Arguments((bound.receiver, *arguments.args), arguments.kwargs, *_open(arguments))
        return functions.call(machine, bound.function, receiver, here)
    handler = machine.handlers.get(f"method:{bound.name}")
    if handler is not None:
        receiver = Arguments((bound, *arguments.args), arguments.kwargs, *_open(arguments))
        made = handler(machine, receiver, here)
        if not (isinstance(made, Unknown) and made.reason == "not handled"):
            return made
    if isinstance(bound.receiver, Name | Call | Instance):
        held.give_all(machine, arguments, here)
    return (
        builtin_methods.call(bound, arguments)
        or tainted(arguments)
        or Unknown(reason=f"the result of .{bound.name}()")
    )
