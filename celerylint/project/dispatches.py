"""Makes dispatches of the model: which task is sent, with what, and which arguments are ORM
objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from celerylint.facts.syntax import Node, unparse
from celerylint.findings import Related, Span
from celerylint.project import model, orm
from celerylint.project.combine import text_of
from celerylint.project.machine import FrameNote, Machine
from celerylint.project.objects import ClassObject, Instance, Unread
from celerylint.project.records import SendRecord
from celerylint.project.values import Literal, Mapping, Name, OneOf, Sequence, Site, Value

# How much of a dispatch is options and how much arguments of the task.
_DIRECT = frozenset({"delay", "s", "si", "delay_on_commit"})
_WITH_ARGS = frozenset(
    {"apply_async", "apply", "signature", "subtask", "send_task", "apply_async_on_commit"}
)


def make(
    machine: Machine,
    record: SendRecord,
    tasks: dict[int, model.Task],
    apps: dict[int, str],
    by_name: dict[str, model.Task],
) -> model.Dispatch:
    """The dispatch of the model."""
    task = tasks.get(id(record.task)) if record.task is not None else None
    name = _name(record)
    if task is None and name is not None:
        task = by_name.get(name)
    arguments, options, is_open = _arguments(machine, record)
    module = record.site.file
    reason = record.reason
    if task is None and name is None and not reason and record.canvas is None:
        reason = "the task's name is not known"
    several = _names(record.name) if name is None else ()
    return model.Dispatch(
        how=record.how,
        span=record.site.span,
        task=task,
        sent_name=name,
        arguments=tuple(arguments),
        options=options,
        open=is_open,
        frames=tuple(_frame(each) for each in record.frames),
        app=apps.get(id(record.app)) if record.app is not None else None,
        reason=reason,
        test=module.test,
        canvas=record.canvas,
        one_of=several,
        options_of=tuple(_along(record.name, i, options) for i in range(len(several))),
    )


def _frame(note: FrameNote) -> model.Frame:
    return model.Frame(note.kind, note.site.span, note.detail)


def _names(value: Value | None) -> tuple[str, ...]:
    """The names where it is one of several, none where one of them is not known."""
    options = value.options if isinstance(value, OneOf) else ()
    found = [text_of(_member(each)) for each in options]
    return tuple(each for each in found if each is not None) if None not in found else ()


def _along(name: Value | None, i: int, options: dict[str, Value]) -> dict[str, Value]:
    """The options that go with the i-th name: of what the same `if` chose, what that arm chose."""
    parted = name.parted if isinstance(name, OneOf) else None
    return {
        key: value.options[i]
        if parted is not None and isinstance(value, OneOf) and value.parted == parted
        else value
        for key, value in options.items()
    }


def _member(value: Value | None) -> Value | None:
    """The value of an enum's member, else the value itself."""
    return value.fields.get("value", value) if isinstance(value, Instance) else value


def _name(record: SendRecord) -> str | None:
    value = _member(record.name)
    if isinstance(value, Mapping):
        value = value.get("task")
    if value is not None and value.environment():
        value = next(iter(value.alternatives()), value)
    return text_of(value)


Found = tuple[list[model.Argument], dict[str, Value], bool]


def _arguments(machine: Machine, record: SendRecord) -> Found:
    given = record.arguments
    if record.how in _DIRECT:
        positional = [(None, value) for value in given.args]
        named = [(key, value) for key, value in given.kwargs]
        nodes = _nodes(record.nodes)
        made = [
            _argument(machine, record, name, value, nodes.get(name if name is not None else i))
            for i, (name, value) in enumerate([*positional, *named])
        ]
        return made, {}, given.open
    if record.how in _WITH_ARGS and record.canvas is None:
        return _packed(machine, record)
    return [], dict(given.kwargs), given.open


def _nodes(nodes: tuple[Any, ...]) -> dict[int | str, Node]:
    found: dict[int | str, Node] = {}
    if any(star for star, *_ in nodes):
        return {key: value for star, key, value, *_ in nodes if not star and key is not None}
    for i, (_, keyword, value, _start, _end) in enumerate(nodes):
        found[keyword if keyword is not None else i] = value
    return found


def _packed(machine: Machine, record: SendRecord) -> Found:
    given = record.arguments
    shift = 1 if record.how == "send_task" or record.name is not None else 0
    args = given.kwarg("args") or (given.args[shift] if len(given.args) > shift else None)
    kwargs = given.kwarg("kwargs") or (
        given.args[shift + 1] if len(given.args) > shift + 1 else None
    )
    made: list[model.Argument] = []
    is_open = given.open
    nodes = _nodes(record.nodes)
    written = _parts(nodes.get("args", nodes.get(shift)))
    for i, value in enumerate(_listed(args)):
        made.append(_argument(machine, record, None, value, written.get(i)))
    written = _parts(nodes.get("kwargs", nodes.get(shift + 1)))
    for key, value in _mapped(kwargs):
        made.append(_argument(machine, record, key, value, written.get(key)))
    is_open = is_open or _is_open(args) or _is_open(kwargs)
    options = {key: value for key, value in given.kwargs if key not in {"args", "kwargs"}}
    return made, options, is_open


def _parts(node: Node | None) -> dict[int | str, Node]:
    """What is written in a list, tuple or dict, by position or key; nothing where a splat hides
    which.
    """
    if node is not None and node[0] == "seq" and all(each[0] != "star" for each in node[4]):
        return dict(enumerate(node[4]))
    if node is not None and node[0] == "dict" and all(key is not None for key, _ in node[3]):
        return {key[3]: value for key, value in node[3] if key[0] == "const"}
    return {}


def _listed(args: Value | None) -> Iterator[Value]:
    if isinstance(args, Sequence):
        yield from args.items


def _mapped(kwargs: Value | None) -> Iterator[tuple[str, Value]]:
    if isinstance(kwargs, Mapping):
        for key, value in kwargs.entries:
            if isinstance(key, Literal):
                yield str(key.value), value


def _is_open(value: Value | None) -> bool:
    if value is None or (isinstance(value, Literal) and value.value is None):
        return False
    return not isinstance(value, Sequence | Mapping) or value.open


def _argument(
    machine: Machine, record: SendRecord, name: str | None, value: Value, node: Node | None
) -> model.Argument:
    span = record.site.span
    text = ""
    if node is not None:
        span, text = record.site.file.span(node[1], node[2]), unparse(node)
    elif value.site is not None and _within(value.site, record.site):
        span = value.site.span
    found = _orm(machine, value, node)
    if found is None:
        return model.Argument(name, value, span, text)
    cls, shape = found
    proof = _proof(value, cls, span)
    return model.Argument(name, value, span, text, orm.name_of(cls), shape, proof)


def _within(site: Site, outer: Site) -> bool:
    return site.file is outer.file and outer.start <= site.start and site.end <= outer.end


def _orm(
    machine: Machine, value: Value, node: Node | None
) -> tuple[ClassObject | Name, str] | None:
    """The ORM class and shape (instance or queryset) of a value; asks for what has to be read to
    know.
    """
    if isinstance(value, OneOf):
        kept = [each for each in value.options if not _is_none(each)]
        answers = [_orm(machine, each, node) for each in kept]
        return answers[0] if answers and all(each is not None for each in answers) else None
    if isinstance(value, Unread):
        if not value.member:
            machine.need(value)
        return None
    if isinstance(value, Instance | orm.Query):
        if orm.kind_of(machine, value.cls) is None:
            return None
        return value.cls, "queryset" if isinstance(value, orm.Query) else "instance"
    if isinstance(value, Sequence):
        found = [_orm(machine, each, None) for each in value.items]
        return next((each for each in found if each is not None), None)
    return None


def _is_none(value: Value) -> bool:
    return isinstance(value, Literal) and value.value is None


def _proof(value: Value, cls: ClassObject | Name, span: Span) -> tuple[Related, ...]:
    proof: list[Related] = []
    came = value.site.span if value.site is not None else span
    # Where a helper in another file made it, the reader looks at the call of the helper first.
    if came.path == span.path and came.line != span.line:
        kind = "a query set" if isinstance(value, orm.Query) else "an instance"
        proof.append(Related(came, f"holds {kind} of {orm.name_of(cls)} from here"))
    if isinstance(cls, ClassObject) and cls.site is not None:
        proof.append(Related(cls.site.span, f"{orm.name_of(cls)} is a database model"))
    return tuple(proof)
