"""Follows statements."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from celerylint.facts.syntax import Body, Node
from celerylint.project.combine import one_of
from celerylint.project.interpreter import branches, classes, functions, loops, targets
from celerylint.project.interpreter.deferring import deferred
from celerylint.project.interpreter.special import Here, Special
from celerylint.project.objects import Env, Lazy, Scope, Unset
from celerylint.project.values import Literal, Mapping, OneOf, Sequence, Unknown, Value

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine


def run(machine: Machine, body: Body, scope: Scope) -> bool:
    """Follow a block. True where control never gets behind it."""
    for node in body:
        machine.steps += 1
        machine.spent += 1
        follow = _STATEMENTS.get(node[0])
        if follow is not None and follow(machine, node, scope):
            return True
    return False


def _expression(machine: Machine, node: Node, scope: Scope) -> bool:
    if machine.alone and machine.calls and node[3][0] == "call":
        return False  # nobody uses the result, and what else it does is none of the caller's sends
    value = machine.evaluate(node[3], scope)
    if isinstance(value, Special):
        value.dropped(machine, Here(node[3], scope))
    return False


def _assign(machine: Machine, node: Node, scope: Scope) -> bool:
    value = deferred(machine, node[4], scope) or machine.evaluate(node[4], scope)
    for target in node[3]:
        targets.assign(machine, target, value, scope)
    return False


def _annotated(machine: Machine, node: Node, scope: Scope) -> bool:
    if node[5] is not None:
        targets.assign(machine, node[3], machine.evaluate(node[5], scope), scope)
    elif node[3][0] == "name" and scope.kind == "function":
        targets.declare(machine, node[3], node[4], scope)
    return False


def _augmented(machine: Machine, node: Node, scope: Scope) -> bool:
    combined = ("bin", node[1], node[2], node[4], node[3], node[5])
    before = machine.evaluate(node[3], scope)
    after = machine.evaluate(combined, scope)
    targets.assign(machine, node[3], after, scope)
    if isinstance(before, Mapping) or (isinstance(before, Sequence) and before.kind != "tuple"):
        targets.swap(machine, before, after, scope)  # changed in place
    return False


def _import(machine: Machine, node: Node, scope: Scope) -> bool:
    for name, alias in node[3]:
        top = name if alias else name.partition(".")[0]
        lazy = Lazy(dotted=top, attribute=None, module=scope.module)
        scope.env[alias or top] = lazy
    return False


def _import_from(machine: Machine, node: Node, scope: Scope) -> bool:
    module, level, names = node[3:6]
    source = module
    if level:
        found = machine.names.relative(module, level, scope.module.path)
        if found is None:
            return False
        source = found
    if names == "*":
        _star(machine, source, scope)
        return False
    for name, alias in names:
        scope.env[alias or name] = Lazy(dotted=source, attribute=name, module=scope.module)
    return False


def _star(machine: Machine, source: str, scope: Scope) -> None:
    here = scope.module
    path = machine.names.find(source, here.path)
    if path is None or path.endswith("/"):
        if not source.startswith(("django.conf.global_settings", "typing")):
            here.open.add(f"`from {source} import *`")
            _fills_in(scope.env, f"may come from `from {source} import *`")
        return
    module = machine.module(path)
    if module is None:
        here.unread_stars.add(path)
        machine.needed |= machine.names.files & {path} if scope.kind == "module" else set()
        return
    machine.meets(module)
    here.unread_stars |= module.unread_stars
    here.open |= module.open
    public = _exported(machine, module.env)
    for name, value in module.env.items():
        if (name in public) if public is not None else not name.startswith("_"):
            scope.env[name] = value if isinstance(value, Unset) else _merged(scope.env, name, value)


def _fills_in(env: Env, reason: str) -> None:
    """What a module holds as None before it imports what nobody can see (a `local.py` that is not
    in the repository) is there to be given a value."""
    for name, value in list(env.items()):
        if isinstance(value, Literal) and value.value is None and not name.startswith("_"):
            env[name] = one_of([value, Unknown(reason=reason, site=value.site)])


def _merged(env: Env, name: str, value: Value) -> Value:
    if isinstance(value, OneOf) and any(isinstance(each, Unset) for each in value.options):
        return one_of([value, env[name]]) if name in env else value
    return value


def _exported(machine: Machine, env: Env) -> set[str] | None:
    listed = env.get("__all__")
    if isinstance(listed, Sequence) and listed.known():
        return set(listed.python())
    return None


def _return(machine: Machine, node: Node, scope: Scope) -> bool:
    value = Literal(value=None) if node[3] is None else machine.evaluate(node[3], scope)
    if machine.returns and not machine.dead:
        machine.returns[-1].append(value)
    return True


def _raise(machine: Machine, node: Node, scope: Scope) -> bool:
    if node[3] is not None:
        machine.evaluate(node[3], scope)
    return True


def _delete(machine: Machine, node: Node, scope: Scope) -> bool:
    for target in node[3]:
        targets.delete(machine, target, scope)
    return False


def _scope(machine: Machine, node: Node, scope: Scope) -> bool:
    scope.outer_names.update(node[3])
    return False


def _assert(machine: Machine, node: Node, scope: Scope) -> bool:
    machine.evaluate(node[3], scope)
    return False


_STATEMENTS: dict[str, Callable[[Machine, Node, Scope], bool]] = {
    "expr": _expression,
    "assign": _assign,
    "ann": _annotated,
    "aug": _augmented,
    "import": _import,
    "from": _import_from,
    "def": functions.define,
    "class": classes.define,
    "if": branches.follow_if,
    "while": loops.follow_while,
    "for": loops.follow_for,
    "try": branches.follow_try,
    "with": branches.follow_with,
    "match": branches.follow_match,
    "return": _return,
    "raise": _raise,
    "del": _delete,
    "scope": _scope,
    "jump": loops.jump,
    "assert": _assert,
}
