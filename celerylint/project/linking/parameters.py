"""What a task's parameters are annotated with, where that is a class of the database."""

from __future__ import annotations

from typing import Any

from celerylint.facts.syntax import PARAM_KINDS
from celerylint.findings import Span
from celerylint.project import model
from celerylint.project.interpreter import hints
from celerylint.project.interpreter.machine import Machine
from celerylint.project.libraries import orm
from celerylint.project.objects import ClassObject, FunctionObject
from celerylint.project.values import Name


def make(machine: Machine, function: FunctionObject, param: tuple[Any, ...]) -> model.Parameter:
    """The parameter of the model."""
    name, kind, default, annotation, start, end = param
    kind_name = PARAM_KINDS[kind]
    span = function.scope.module.span(start, end)
    value = cls = None
    if annotation is not None:
        value = hints.annotated_class(machine, annotation, function.scope)
        cls = value or hints.elements(machine, annotation, function.scope)
    machine.need(cls)
    required = default is None and not kind_name.startswith("var-")
    found = _model(machine, cls, span) if isinstance(cls, ClassObject | Name) else None
    return model.Parameter(str(name), kind_name, required, span, value, found)


def _model(machine: Machine, cls: ClassObject | Name, span: Span) -> model.OrmModel | None:
    kind = orm.kind_of(machine, cls)
    if kind is None:
        return None
    place = cls.site.span if isinstance(cls, ClassObject) and cls.site is not None else span
    return model.OrmModel(orm.name_of(cls), kind, place)
