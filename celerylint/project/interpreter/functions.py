"""Defines functions, and follows calls of the project's own ones."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING

from celerylint.facts.syntax import Node, unparse
from celerylint.patterns import regex
from celerylint.project.combine import one_of
from celerylint.project.interpreter import hints
from celerylint.project.interpreter.special import Here
from celerylint.project.objects import (
    Arguments,
    Bound,
    ClassObject,
    FunctionObject,
    Instance,
    Parameter,
    Scope,
    Unread,
)
from celerylint.project.values import (
    Call,
    Default,
    Joined,
    Literal,
    Mapping,
    Name,
    OneOf,
    Sequence,
    Site,
    Unknown,
    Value,
)

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

MANAGERS = frozenset({"contextlib.contextmanager", "contextlib.asynccontextmanager"})
DEEPEST = 8
_TASK_WORDS = regex(r"task|job|celery|periodic", re.IGNORECASE)
MOST_STEPS = 3_000
# A function that is read by itself is followed for what it sends; what it calls matters less.
DEEPEST_ALONE = 3
# What following one module, or one function by itself, may cost: beyond it calls are not followed.
MOST_IN_ALL = 8_000
MOST_STEPS_ALONE = 150
_PLAIN = (Literal, Sequence, Mapping, Joined, OneOf, Default, Call)
POSITIONAL_ONLY, POSITIONAL, VAR_POSITIONAL, KEYWORD_ONLY, VAR_KEYWORD = range(5)
STATIC = "builtins.staticmethod"
CLASSMETHOD = "builtins.classmethod"
PROPERTIES = {
    "builtins.property",
    "functools.cached_property",
    "django.utils.functional.cached_property",
    "werkzeug.utils.cached_property",
    "kombu.utils.objects.cached_property",
    "kombu.utils.cached_property",
}


def define(machine: Machine, node: Node, scope: Scope) -> bool:
    """`def`: the function, as its decorators leave it."""
    owner = scope.owner if scope.kind == "class" and isinstance(scope.owner, ClassObject) else None
    site = Site(scope.module, node[4], node[4] + len(node[3]))
    made = FunctionObject(node=node, scope=scope, owner=owner, site=site)
    value: Value = made
    for decorator in reversed(node[6]):
        value = decorate(machine, machine.evaluate(decorator, scope), value, Here(decorator, scope))
    scope.env[node[3]] = value
    if not machine.nested:
        machine.defined.append((made, value))
    else:
        machine.nested[-1].append((value, tuple(machine.frames)))
    return False


def decorate(machine: Machine, decorator: Value, value: Value, here: Here) -> Value:
    """What `@decorator` makes of a value."""
    for handler in machine.decorator_handlers:
        made = handler(machine, decorator, value, here)
        if made is not None:
            return made
    if isinstance(decorator, Unread) and _TASK_WORDS.search(unparse(here.node)):
        machine.need(decorator)
    if isinstance(value, FunctionObject):
        return FunctionObject(
            node=value.node,
            scope=value.scope,
            owner=value.owner,
            wrappers=(*value.wrappers, decorator),
            site=value.site,
        )
    return value


def has_wrapper(function: FunctionObject, names: AbstractSet[str] | str) -> bool:
    """Is one of the function's decorators of that name?"""
    wanted = {names} if isinstance(names, str) else names
    return any(isinstance(each, Name) and each.dotted in wanted for each in function.wrappers)


def call(machine: Machine, function: FunctionObject, arguments: Arguments, here: Here) -> Value:
    """The value that a call of the project's own function returns."""
    if has_wrapper(function, MANAGERS):  # it makes the manager, and runs nothing of its body
        return Call(dotted="contextlib.contextmanager", site=here.site)
    if machine.alone:
        declared = _declared(machine, function)
        if declared is not None:
            return declared
    deepest, most = (DEEPEST_ALONE, MOST_STEPS_ALONE) if machine.alone else (DEEPEST, MOST_STEPS)
    if len(machine.calls) >= deepest or function.key in machine.calls:
        return Unknown(reason="a call too deep to follow")
    if machine.spent > MOST_IN_ALL or (machine.steps > most and machine.calls):
        return Unknown(reason="too much to follow")
    if not machine.calls:
        machine.steps = 0
    scope = function.scope.child("function", function)
    bind(machine, function, arguments, scope)
    machine.calls.append(function.key)
    machine.returns.append([])
    machine.nested.append([])
    machine.scopes.append(scope)
    branches, machine.branches = machine.branches, machine.branches
    try:
        ended = machine.run(function.body(), scope)
    finally:
        machine.calls.pop()
        machine.scopes.pop()
        machine.nested.pop()
        machine.branches = branches
        returned = machine.returns.pop()
    if not ended or not returned:
        returned = [*returned, Literal(value=None)]
    result = one_of(returned)
    # What a function returns is written where it is called; the function is the way it came.
    return result.at(here.site) if isinstance(result, _PLAIN) else result


def _declared(machine: Machine, function: FunctionObject) -> Value | None:
    """What a function says that it returns, which is cheaper than following it."""
    if function.node[0] != "def" or function.node[8] is None:
        return None
    value = hints.instance(machine, function.node[8], function.scope)
    return value if value is not None else _many(machine, function.node[8], function.scope)


def bind(machine: Machine, function: FunctionObject, arguments: Arguments, scope: Scope) -> None:
    """Bind a call's arguments to the parameters in the scope of the body."""
    positional = list(arguments.args)
    named = dict(arguments.kwargs)
    for name, kind, default, _annotation, start, end in function.params:
        site = Site(function.scope.module, start, end)
        if kind == VAR_POSITIONAL:
            scope.env[name] = Sequence(
                kind="tuple", items=tuple(positional), open=arguments.open_args, site=site
            )
            positional = []
        elif kind == VAR_KEYWORD:
            entries = tuple((Literal(value=key), value) for key, value in named.items())
            scope.env[name] = Mapping(entries=entries, open=arguments.open_kwargs, site=site)
        elif positional and kind in {POSITIONAL_ONLY, POSITIONAL}:
            scope.env[name] = positional.pop(0)
        elif name in named and kind != POSITIONAL_ONLY:
            scope.env[name] = named.pop(name)
        elif default is not None and not _may_be_given(arguments, kind):
            scope.env[name] = machine.evaluate(default, function.scope)
        else:
            scope.env[name] = Parameter(name=name, site=site)


def _may_be_given(arguments: Arguments, kind: int) -> bool:
    return arguments.open_kwargs or (arguments.open_args and kind != KEYWORD_ONLY)


def own_scope(machine: Machine, function: FunctionObject, receiver: Value | None) -> Scope:
    """The scope of a function that is read by itself: parameters are what their annotations say."""
    scope = function.scope.child("function", function)
    for index, (name, kind, default, annotation, start, end) in enumerate(function.params):
        site = Site(function.scope.module, start, end)
        value: Value | None = None
        if index == 0 and receiver is not None:
            value = receiver
        elif annotation is not None and kind not in {VAR_POSITIONAL, VAR_KEYWORD}:
            value = hints.instance(machine, annotation, function.scope)
            if value is None:
                value = _many(machine, annotation, function.scope)
        if value is None and kind in {VAR_POSITIONAL, VAR_KEYWORD}:
            value = _rest(kind, site)
        scope.env[name] = value.at(site) if value is not None else Parameter(name=name, site=site)
        del default
    return scope


def _rest(kind: int, site: Site) -> Value:
    if kind == VAR_POSITIONAL:
        return Sequence(kind="tuple", items=(), open=True, site=site)
    return Mapping(entries=(), open=True, site=site)


def _many(machine: Machine, annotation: Node, scope: Scope) -> Value | None:
    cls = hints.elements(machine, annotation, scope)
    if isinstance(cls, ClassObject | Name):
        return Sequence(kind="list", items=(Instance(cls=cls),), open=True)
    return None


def receiver_of(function: FunctionObject) -> Value | None:
    """What the first parameter of a method holds; None for a function that is no method."""
    if function.owner is None or has_wrapper(function, STATIC):
        return None
    if has_wrapper(function, CLASSMETHOD):
        return function.owner
    return Instance(cls=function.owner)


def method(receiver: Value, function: FunctionObject, name: str) -> Bound:
    """A method looked up on its receiver."""
    return Bound(receiver=receiver, function=function, name=name)
