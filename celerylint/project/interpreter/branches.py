"""Follows statements that branch: both arms of what is not known are taken, and joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.facts.syntax import Body, Node, unparse
from celerylint.project.combine import merge_env, narrowed, present, truth
from celerylint.project.interpreter import targets
from celerylint.project.objects import Env, Scope
from celerylint.project.values import Default, OneOf, Site, Unknown, Value

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

# What `except … as name` binds is unknown for this reason.
EXCEPTION = "an exception"
Kept = list[tuple[str, Value, Value]]  # name, what a test narrowed it to, what it was


def follow_if(machine: Machine, node: Node, scope: Scope) -> bool:
    """`if`: the arm that surely runs, or both."""
    test = machine.evaluate(node[3], scope)
    # A function that is read by itself has callers that nobody looked at: any arm may run.
    alone = scope.kind == "function" and machine.listening()
    known = None if alone else truth(test)
    before = dict(scope.env)
    ended = _arm(machine, node, scope, True, known)
    after = dict(scope.env)
    _restore(scope.env, before)
    other_ended = _arm(machine, node, scope, False, None if known is None else not known)
    if known is not None:
        if known:
            _restore(scope.env, after)
        return ended if known else other_ended
    if ended and other_ended:
        return True
    if ended or other_ended:
        if other_ended:
            _restore(scope.env, after)
        narrow(node[3], scope, other_ended)
        return False
    site = Site(scope.module, node[1], node[2])
    _restore(scope.env, merge_env(after, dict(scope.env), site))
    return False


def _arm(machine: Machine, node: Node, scope: Scope, then: bool, runs: bool | None) -> bool:
    body = node[4] if then else node[5]
    site = Site(scope.module, node[1], node[2])
    kept = narrow(node[3], scope, then)
    ended = False
    if body and (runs is not False or machine.listening()):
        with machine.frame("if" if then else "else", site, unparse(node[3])), machine.arm(runs):
            ended = machine.run(body, scope)
    if not ended:
        widen(kept, scope)
    return ended


def widen(kept: Kept, scope: Scope) -> None:
    """Take back what a test told, where the names were not bound anew."""
    for name, narrower, original in kept:
        if scope.env.get(name) is narrower:
            scope.env[name] = original


def _restore(env: Env, to: Env) -> None:
    env.clear()
    env.update(to)


def narrow(test: Node, scope: Scope, to: bool) -> Kept:
    """Bind the names that a test is about to what they can be where it was true (or false)."""
    if test[0] == "un" and test[3] == "not":
        return narrow(test[4], scope, not to)
    if test[0] == "bool" and test[3] == ("and" if to else "or"):
        return narrow(test[4], scope, to) + narrow(test[5], scope, to)
    name = test[3] if test[0] == "name" else _compared_with_none(test, to)
    value = scope.env.get(name)
    if not isinstance(value, Default | OneOf):
        return []
    kept = narrowed(value, to) if test[0] == "name" else present(value)
    if kept is value:
        return []
    scope.env[name] = kept
    return [(name, kept, value)]


def _compared_with_none(test: Node, to: bool) -> str:
    """The name that is not None where the test is true (or false), or ""."""
    if test[0] == "cmp" and len(test[4]) == 1 and test[3][0] == "name":
        sign, other = test[4][0]
        against_none = other[0] == "const" and other[3] is None
        if against_none and sign in {"is", "is not"} and (sign == "is not") == to:
            return str(test[3][3])
    return ""


def presence(test: Node) -> bool:
    """Does a test ask whether something is None?"""
    return bool(_compared_with_none(test, True) or _compared_with_none(test, False))


def follow_try(machine: Machine, node: Node, scope: Scope) -> bool:
    body, handlers, orelse, final = node[3:7]
    before = dict(scope.env)
    caught = ", ".join(unparse(each[2]) or "everything" for each in handlers)
    with machine.frame("try", Site(scope.module, node[1], node[2]), caught):
        ended = machine.run(body, scope)
    if not ended:
        with machine.frame("else", Site(scope.module, node[1], node[2])):
            ended = machine.run(orelse, scope)
    after = dict(scope.env)
    results = [] if ended else [after]
    for handler in handlers:
        _restore(scope.env, merge_env(before, after))
        if not _handler(machine, handler, scope):
            guards_import = _guards_import(handler, body)
            other = dict(scope.env)
            results.append(_preferred(after, other) if guards_import else other)
    merged = results[0] if results else after
    for each in results[1:]:
        merged = merge_env(merged, each)
    _restore(scope.env, merged)
    with machine.frame("finally", Site(scope.module, node[1], node[2])):
        machine.run(final, scope)
    return not results


def _handler(machine: Machine, handler: Node, scope: Scope) -> bool:
    start, end, caught, name, body = handler
    if name is not None:
        scope.env[name] = Unknown(reason=EXCEPTION)
    site = Site(scope.module, start, end)
    with machine.frame("except", site, unparse(caught)), machine.arm(None):
        return machine.run(body, scope)


def _guards_import(handler: Node, body: Body) -> bool:
    names = unparse(handler[2]) if handler[2] is not None else ""
    return names in {"ImportError", "ModuleNotFoundError"} and all(
        each[0] in {"import", "from"} for each in body
    )


def _preferred(first: Env, second: Env) -> Env:
    return {**second, **first}


def follow_with(machine: Machine, node: Node, scope: Scope) -> bool:
    managers = []
    for expression, target in node[3]:
        value = machine.evaluate(expression, scope)
        managers.append(unparse(expression))
        if target is not None:
            targets.assign(machine, target, value, scope)
    with machine.frame("with", Site(scope.module, node[1], node[2]), ", ".join(managers)):
        return machine.run(node[4], scope)


def follow_match(machine: Machine, node: Node, scope: Scope) -> bool:
    machine.evaluate(node[3], scope)
    before = dict(scope.env)
    results = [before]
    for names, guard, body in node[4]:
        _restore(scope.env, before)
        for name in names:
            scope.env[name] = Unknown(reason="captured by a pattern")
        if guard is not None:
            machine.evaluate(guard, scope)
        with machine.frame("if", Site(scope.module, node[1], node[2]), "match"), machine.arm(None):
            if not machine.run(body, scope):
                results.append(dict(scope.env))
    merged = results[0]
    for each in results[1:]:
        merged = merge_env(merged, each)
    _restore(scope.env, merged)
    return False
