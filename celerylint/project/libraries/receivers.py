"""What the receivers of a project's own signals are given: that which all sends of the signal pass.

As many calls have to be understood as there are in the text, since one that is not could pass
something else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.facts.syntax import Node, dotted
from celerylint.project.combine import one_of
from celerylint.project.interpreter import functions
from celerylint.project.libraries import orm
from celerylint.project.libraries.signal_words import CONNECTS, connecting
from celerylint.project.libraries.signals import Sent, Signals, follow, identity_of, sends_of
from celerylint.project.objects import (
    Bound,
    ClassObject,
    FunctionObject,
    Instance,
    Parameter,
    Scope,
)
from celerylint.project.values import (
    Call,
    Literal,
    Mapping,
    Name,
    OneOf,
    Sequence,
    Site,
    Unknown,
    Value,
)
from celerylint.project.walking import nodes

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine

_RECEIVER = "django.dispatch.receiver"
_TELLING = CONNECTS | {"receiver"}


def give(machine: Machine, signals: Signals, function: FunctionObject, scope: Scope) -> None:
    """Set the parameters of a receiver that have no annotation to what all visible sends of its
    signals pass, where that is an object of the database.
    """
    free = [each for each in function.params if isinstance(scope.env[each[0]], Parameter)]
    rest = [each for each in function.params if each[1] == functions.VAR_KEYWORD]
    if not ((free or rest) and _may_receive(function)):
        return
    sent = _sent_to(machine, signals, function)
    if not sent:
        return
    for param in free:
        value = _of_all(machine, sent, param, param is function.params[0], scope)
        if value is not None:
            scope.env[param[0]] = value
            _note(signals, value, sent)
    for param in rest:
        scope.env[param[0]] = _others(machine, signals, sent, function, param, scope)


def _may_receive(function: FunctionObject) -> bool:
    decorators = [each[3] if each[0] == "call" else each for each in function.node[6]]
    return any(_last(each) in _TELLING for each in decorators) or any(
        each[0] == "sender" for each in function.params
    )


def _last(node: Node) -> str:
    return (dotted(node) or "").rpartition(".")[2]


def _note(signals: Signals, value: Value, sent: list[Sent]) -> None:
    assert value.site is not None
    place = (value.site.file.path, value.site.start)
    signals.given[place] = tuple(dict.fromkeys(each.site for each in sent))


def _others(
    machine: Machine,
    signals: Signals,
    sent: list[Sent],
    function: FunctionObject,
    param: Node,
    scope: Scope,
) -> Value:
    """What `**kwargs` surely holds, beside what may be passed as well."""
    asked = {each[3] for each in nodes(function.body(), later=True) if each[0] == "const"}
    keys = asked.intersection(key for each in sent for key, _ in each.arguments.kwargs)
    keys -= {each[0] for each in function.params}
    entries: list[tuple[Value, Value]] = []
    for key in sorted(keys):
        value = _of_all(machine, sent, (key, *param[1:]), False, scope)
        if value is not None:
            entries.append((Literal(value=key), value))
            _note(signals, value, sent)
    return Mapping(entries=tuple(entries), open=True, site=Site(scope.module, *param[4:6]))


def _of_all(
    machine: Machine, sent: list[Sent], param: Node, first: bool, scope: Scope
) -> Value | None:
    """The object of the database that all sends pass under the parameter's name, else None."""
    site = Site(scope.module, *param[4:6])
    found: dict[object, Value] = {}
    for each in sent:
        value = each.passed(param[0], first)
        machine.need(value)
        for option in value.options if isinstance(value, OneOf) else (value,):
            if not isinstance(option, Instance) or orm.kind_of(machine, option.cls) is None:
                return None
            cls = option.cls
            key = cls.key if isinstance(cls, ClassObject) else cls.dotted
            found[key] = Instance(cls=cls, site=site)
    return one_of(found.values())


def _sent_to(machine: Machine, signals: Signals, function: FunctionObject) -> list[Sent]:
    """All sends of all signals that the function receives; none where some are not known."""
    decorating = _decorating(machine, function)
    connected = None if decorating is None else _connected(machine, signals, function)
    if decorating is None or connected is None:
        return []
    sent: list[Sent] = []
    for signal in {identity_of(each): each for each in (*decorating, *connected)}.values():
        found = sends_of(machine, signals, signal)
        if found is None:
            return []
        sent += found
    return sent


def _decorating(machine: Machine, function: FunctionObject) -> list[Call] | None:
    """The signals that decorators connect the function to; None where it is not known to which."""
    found: list[Call] = []
    for node in function.node[6]:
        target = node[3] if node[0] == "call" else node
        value = machine.evaluate(target, function.scope)
        if isinstance(value, Name) and value.dotted == _RECEIVER and node[0] == "call":
            given = machine.evaluate(node[4][0][2], function.scope) if node[4] else Unknown()
            named = given.items if isinstance(given, Sequence) else (given,)
        elif isinstance(value, Bound) and value.name in CONNECTS:
            named = (value.receiver,)
        elif _last(target) in _TELLING:
            machine.need(value)
            return None
        else:
            continue
        for each in named:
            machine.need(each)
            if not isinstance(each, Call) or identity_of(each) is None:
                return None
            found.append(each)
    return found


def _connected(machine: Machine, signals: Signals, function: FunctionObject) -> list[Call] | None:
    """The signals that calls connect the function to; None where one of the calls is not known."""
    if not signals.made():
        return None
    users = signals.users(connecting(function.name))
    if not follow(machine, signals, users):
        return None
    found: list[Call] = []
    for path, times in users.items():
        here = [
            signal
            for place, (signal, receiver) in signals.connects.items()
            if place[0] == path and _is(receiver, function)
        ]
        if len(here) != times:
            return None
        found += here
    return found


def _is(receiver: Value, function: FunctionObject) -> bool:
    inner = receiver.function if isinstance(receiver, Bound) else receiver
    return isinstance(inner, FunctionObject) and inner.key == function.key
