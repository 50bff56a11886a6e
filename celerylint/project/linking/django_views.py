"""Which functions are certainly views of Django's, and whether each request is a transaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.facts.syntax import Node
from celerylint.project.interpreter import classes
from celerylint.project.linking.atomic import METHOD_DECORATOR
from celerylint.project.objects import FunctionObject
from celerylint.project.values import Mapping, Name, Site, Value

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine
    from celerylint.project.libraries.records import World
    from celerylint.project.modules import Module

# What `dispatch` of a view class calls, by itself or through Django's and DRF's generic views.
_HANDLERS = frozenset(
    [
        *("dispatch", "get", "post", "put", "patch", "delete"),
        *("form_valid", "form_invalid", "perform_create", "perform_update", "perform_destroy"),
        *("create", "update", "partial_update", "destroy"),
    ]
)
_VIEWS = (
    "django.views.View",
    "django.views.generic.",
    "rest_framework.views.APIView",
    "rest_framework.generics.",
    "rest_framework.viewsets.",
)
_VIEW_DECORATORS = (
    "django.views.decorators.",
    "django.contrib.auth.decorators.",
    "django.contrib.admin.views.decorators.",
    "rest_framework.decorators.api_view",
)
_NOT_ATOMIC = "django.db.transaction.non_atomic_requests"
_ACTION = "rest_framework.decorators.action"


def is_handler(function: FunctionObject) -> bool:
    """Has a method the name of one that a view's `dispatch` calls?"""
    return function.name in _HANDLERS


def is_atomic(machine: Machine, function: FunctionObject) -> bool:
    """Is this surely a view (or what only views call) that `ATOMIC_REQUESTS` is for?"""
    if function.node[9]:  # a coroutine, which Django refuses with this setting
        return False
    owner = function.owner
    named = [_decorator(machine, each, function.scope) for each in function.node[6]]
    if owner is None:
        first = function.params[0][0] if function.params else ""
        return (
            first == "request"
            and any(each.startswith(_VIEW_DECORATORS) for each in named)
            and _NOT_ATOMIC not in named
        )
    named += [_decorator(machine, each, owner.scope) for each in owner.node[6]]
    if _NOT_ATOMIC in named or not (is_handler(function) or _ACTION in named):
        return False
    found = [each.dotted for each in classes.ancestry(machine, owner) if isinstance(each, Name)]
    dispatch = classes.find(machine, owner, "dispatch")
    if isinstance(dispatch, FunctionObject):  # where the exemption stands, too
        named = [_decorator(machine, each, dispatch.scope) for each in dispatch.node[6]]
    return _NOT_ATOMIC not in named and any(each.startswith(_VIEWS) for each in found)


def _decorator(machine: Machine, node: Node, scope: object) -> str:
    """The dotted name of a decorator, of the inner one where `method_decorator` wraps it."""
    function = node[3] if node[0] == "call" else node
    if function[0] not in {"name", "attr"}:
        return ""
    value = machine.evaluate(function, scope)  # type: ignore[arg-type]
    dotted = value.dotted if isinstance(value, Name) else ""
    if dotted == METHOD_DECORATOR and node[0] == "call" and node[4]:
        return _decorator(machine, node[4][0][2], scope)
    return dotted


def atomic_requests(machine: Machine, world: World) -> Site | None:
    """Where `ATOMIC_REQUESTS` of the default database is set to True; None where it is not, where a
    settings module says otherwise, or where only the top-level name is set, which does nothing."""
    if world.atomic_requests is None:
        found = [each for module in _settings(machine) for each in _set_in(machine, module)]
        sure = found and all(value.must(lambda each: each is True) for _, value in found)
        world.atomic_requests = (found[0][0] if sure else None,)
    return world.atomic_requests[0]


def _settings(machine: Machine) -> list[Module]:
    return [each for each in machine.modules.values() if "DATABASES" in each.env and not each.test]


def _set_in(machine: Machine, module: Module) -> list[tuple[Site, Value]]:
    """What a settings module says of it, in the dictionary or by an assignment behind it."""
    found = []
    databases = machine.settle(module.env["DATABASES"])
    default = databases.get("default") if isinstance(databases, Mapping) else None
    given = default.get("ATOMIC_REQUESTS") if isinstance(default, Mapping) else None
    if given is not None:
        found.append((given.site or Site(module, 0, 0), given))
    for node in module.body:
        if node[0] == "assign" and any(map(_is_key, node[3])):
            value = machine.evaluate(node[4], module.scope)
            found.append((Site(module, node[1], node[2]), value))
    return found


def _is_key(target: Node) -> bool:
    """`DATABASES["default"]["ATOMIC_REQUESTS"]`."""
    for key in ("ATOMIC_REQUESTS", "default"):
        if target[0] != "sub" or target[4][0] != "const" or target[4][3] != key:
            return False
        target = target[3]
    return bool(target[0] == "name" and target[3] == "DATABASES")
