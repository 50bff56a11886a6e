"""Makes dispatches of the model: which task is sent, with what, and which arguments are ORM
objects.
"""

from __future__ import annotations

from celerylint.facts.syntax import Node, unparse
from celerylint.findings import Related, Span
from celerylint.project import model
from celerylint.project.combine import text_of
from celerylint.project.interpreter.machine import FrameNote, Machine
from celerylint.project.libraries import orm
from celerylint.project.libraries.records import SendRecord, World
from celerylint.project.linking import forms, packing, sources, transactions
from celerylint.project.linking.packing import Piece
from celerylint.project.objects import ClassObject, Instance, Unread
from celerylint.project.values import Mapping, Name, OneOf, Sequence, Site, Value
from celerylint.structs import replace

MOST_SENDS = 3


def make(
    machine: Machine,
    world: World,
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
    packed = packing.unpack(record)
    options = {name: sources.of_django(world, each) for name, each in packed.options.items()}
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
        arguments=tuple(_argument(machine, world, record, each) for each in packed.pieces),
        options=options,
        open=packed.open,
        frames=tuple(_frame(each) for each in record.frames),
        app=apps.get(id(record.app)) if record.app is not None else None,
        reason=reason,
        test=module.test,
        canvas=record.canvas,
        one_of=several,
        options_of=tuple(_along(record.name, i, options) for i in range(len(several))),
        option_spans=packed.spans,
        whole={
            key: _plain(record, each)
            if isinstance(each.value, Sequence | Mapping)  # their items are arguments
            else _argument(machine, world, record, each)
            for key, each in packed.whole.items()
        },
        transaction=transactions.around(machine, world, record),
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


def _argument(machine: Machine, world: World, record: SendRecord, piece: Piece) -> model.Argument:
    made = _plain(record, piece)
    told = forms.of(machine, piece.value, piece.node, record.here)
    if told:
        made = replace(made, forms=told)
    found = _orm(machine, piece.value, piece.node)
    if found is None:
        return made
    cls, shape = found
    proof = (*_proof(piece.value, cls, made.span), *_signals(world, piece.value))
    return replace(made, model=orm.name_of(cls), shape=shape, proof=proof)


def _plain(record: SendRecord, piece: Piece) -> model.Argument:
    span, text, site = record.site.span, "", piece.value.site
    if piece.node is not None:
        span, text = record.site.file.span(piece.node[1], piece.node[2]), unparse(piece.node)
    elif site is not None and _within(site, record.site):
        span = site.span
    return model.Argument(piece.name, piece.value, span, text, sure=piece.sure)


def _within(site: Site, outer: Site) -> bool:
    return site.file is outer.file and outer.start <= site.start and site.end <= outer.end


def _orm(
    machine: Machine, value: Value, node: Node | None
) -> tuple[ClassObject | Name, str] | None:
    """The ORM class and shape (instance or queryset) of a value; asks for what has to be read to
    know.
    """
    if isinstance(value, OneOf):
        kept = [each for each in value.options if not each.is_none()]
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


def _signals(world: World, value: Value) -> tuple[Related, ...]:
    """The sends of a signal that pass the receiver its value."""
    site = value.site
    sent = () if site is None else world.signals.given.get((site.file.path, site.start), ())
    return tuple(Related(each.span, "the signal is sent with it") for each in sent[:MOST_SENDS])


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
