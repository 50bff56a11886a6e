"""Whether what sends a task surely runs inside a transaction of Django's that is still open."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from celerylint.facts.syntax import Body, Node, dotted, unparse
from celerylint.findings import Related
from celerylint.project.interpreter import classes
from celerylint.project.libraries import tries
from celerylint.project.libraries.orm import SIGNALS
from celerylint.project.linking import atomic, django_views, tasks, writes
from celerylint.project.model import Transaction
from celerylint.project.objects import ClassObject, FunctionObject, Scope, Unread
from celerylint.project.values import Name, Sequence, Value
from celerylint.structs import replace

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import FrameNote, Machine
    from celerylint.project.interpreter.special import Here
    from celerylint.project.libraries.records import SendRecord, TaskRecord, World

_SENDS = frozenset({"delay", "apply_async", "send_task"})
# django/db/models/deletion.py (Collector.delete) and fields/related_descriptors.py (add, remove,
# clear) send these from inside `atomic`. A row that is saved is not in a transaction by itself.
_ALWAYS_INSIDE = frozenset(
    f"django.db.models.signals.{name}" for name in ("pre_delete", "post_delete", "m2m_changed")
)
# django/contrib/admin/options.py: `changeform_view` and `delete_view` are atomic, actions are not.
_ADMIN = frozenset({"django.contrib.admin.ModelAdmin", "django.contrib.admin.options.ModelAdmin"})
_ADMIN_METHODS = frozenset(
    [
        *("save_model", "save_formset", "save_related", "delete_model"),
        *("response_add", "response_change", "response_delete"),
    ]
)
# A task that looks at rows has one of these in its body.
_READS = frozenset(
    [
        *("objects", "_default_manager", "_base_manager", "get_queryset", "get_object_or_404"),
        *("get_model", "refresh_from_db", "cursor"),
    ]
)
Code = tuple[Node, Body, Scope]  # what opens the transaction, the statements in it, where they are


def around(machine: Machine, world: World, record: SendRecord) -> Transaction | None:
    """The transaction that a call which sends a task surely stands in; None where none is known."""
    here = record.here
    if here is None or not _sends_now(record, here.node):
        return None
    function = _function(record.frames, here.scope)
    if function is None or any("in_atomic_block" in each.detail for each in record.frames):
        return None
    with machine.aside():
        machine.listeners, machine.alone = [], True
        found = (
            _opened(machine, world, function, record, here)
            or _of_admin(machine, function)
            or _of_signal(machine, function, record.task)
            or _of_request(machine, world, function, here.node, here.scope)
        )
        if found is None or record.task is None or record.how == "send_task":
            return found
        base = tasks.base_of(machine, world, record.task)
        if _sends_by_itself(machine, record.task.cls or base):
            return None
        used = _is_used(function.body(), here.node)
        return replace(found, deferrable=_is_djangos(machine, base), used=used)


def _is_used(body: Body, call: Node) -> bool:
    """Does the code look at what the call returns?"""
    statement = tries.path(body, call[1])[-1][0]
    return not (statement[0] == "expr" and statement[3][1:3] == call[1:3])


def _sends_by_itself(machine: Machine, cls: Value | None) -> bool:
    """Has the task's class a `delay` or `apply_async` of its own, which may wait for the commit?"""
    found = [] if cls is None else list(classes.ancestry(machine, cls))
    return any(
        isinstance(each, ClassObject) and not {"delay", "apply_async"}.isdisjoint(each.env)
        for each in found
    )


def _is_djangos(machine: Machine, base: Value | None) -> bool:
    """Has the task the methods of `DjangoTask`, which Celery takes in Django where no other base
    is given?"""
    if base is None or (isinstance(base, Name) and base.dotted == "celery.Task"):
        return True
    return classes.descends(machine, base, {"celery.contrib.django.task.DjangoTask"})


def _sends_now(record: SendRecord, node: Node) -> bool:
    """Is the task sent where the call stands, and not by whom a partial of it is given to?"""
    if record.how not in _SENDS or node[0] != "call":
        return False
    return record.canvas is not None or (node[3][0] == "attr" and node[3][4] == record.how)


def _function(frames: tuple[FrameNote, ...], scope: Scope) -> FunctionObject | None:
    """The function that runs the call; none for a lambda, which runs who knows when."""
    kinds = [each.kind for each in frames if each.kind in {"function", "lambda"}]
    function = tries.function_of(scope) if kinds and kinds[-1] == "function" else None
    return function if function is not None and function.node[0] == "def" else None


def _opened(
    machine: Machine, world: World, function: FunctionObject, record: SendRecord, here: Here
) -> Transaction | None:
    """A decorator's transaction, or that of the outermost `with` around the call."""
    for node in _decorators(world, function):
        if atomic.decorates(machine, node, function.scope):
            return _of_code(machine, "function", (node, function.body(), here.scope), here.node)
    owner = function.owner
    for node in owner.node[6] if owner is not None else ():
        name = atomic.method_name(node)
        meant = name == function.name or (name == "dispatch" and django_views.is_handler(function))
        if meant and owner is not None and atomic.decorates(machine, node, owner.scope):
            return _of_code(machine, "function", (node, function.body(), here.scope), here.node)
    if not any(each.kind == "with" for each in record.frames):
        return None
    for step, part, _ in tries.path(function.body(), here.node[1]):
        if step[0] == "with" and part:
            for item, _target in step[3]:
                if atomic.enters(machine, item, here.scope):
                    return _of_code(machine, "block", (item, step[4], here.scope), here.node)
    return None


def _decorators(world: World, function: FunctionObject) -> Iterator[Node]:
    """The decorators that count when the function runs: of a task those below `@task`."""
    record = world.made_of.get(function.key)
    for node in reversed(function.node[6]):
        if record is not None and node[1] == record.place.start:
            return
        yield node


def _of_code(machine: Machine, kind: str, code: Code, call: Node) -> Transaction | None:
    """The transaction, where something is written in it."""
    node, body, scope = code
    wrote = writes.written(machine, body, call, scope)
    if not wrote:
        return None
    span = scope.module.span(node[1], node[2])
    return Transaction(kind, span, unparse(node), wrote, writes.created(body, call, scope))


def _of_admin(machine: Machine, function: FunctionObject) -> Transaction | None:
    owner = function.owner
    if owner is None or function.name not in _ADMIN_METHODS or function.site is None:
        return None
    if not classes.descends(machine, owner, _ADMIN):
        return None
    return Transaction("admin", function.site.span, f"{owner.name}.{function.name}")


def _of_signal(
    machine: Machine, function: FunctionObject, task: TaskRecord | None
) -> Transaction | None:
    """A receiver of a signal that Django sends inside a transaction of its own, which mostly ends
    right behind it. That is only worth a word where the task looks at the database.
    """
    if task is None or task.function is None or _READS.isdisjoint(task.function.words):
        return None
    for node in function.node[6]:
        if node[0] != "call" or dotted(node[3]) is None:
            continue
        given = [value for star, _, value, *_ in node[4] if not star]
        signals = [each for value in given for each in _signals(machine, value, function.scope)]
        inside = [each for each in signals if each in _ALWAYS_INSIDE]
        if inside and _registers(machine, machine.evaluate(node[3], function.scope)):
            span = function.scope.module.span(node[1], node[2])
            return Transaction("signal", span, inside[0].rpartition(".")[2])
    return None


def _signals(machine: Machine, node: Node, scope: Scope) -> Iterator[str]:
    if node[0] not in {"name", "attr", "seq"}:
        return
    value = machine.evaluate(node, scope)
    for each in value.items if isinstance(value, Sequence) else (value,):
        if isinstance(each, Name) and each.dotted in SIGNALS:
            yield each.dotted


def _registers(machine: Machine, decorator: Value) -> bool:
    """`django.dispatch.receiver`, or a function of the project that connects what it is given."""
    if isinstance(decorator, Unread):
        machine.need(decorator)
    if isinstance(decorator, FunctionObject):
        return "connect" in decorator.words
    return isinstance(decorator, Name) and decorator.dotted == "django.dispatch.receiver"


def _of_request(
    machine: Machine, world: World, function: FunctionObject, call: Node, scope: Scope
) -> Transaction | None:
    """A view that Django runs in a transaction because of `ATOMIC_REQUESTS`."""
    setting = django_views.atomic_requests(machine, world)
    if setting is None or function.site is None or not django_views.is_atomic(machine, function):
        return None
    wrote = writes.written(machine, function.body(), call, scope)
    proof = (Related(setting.span, "`ATOMIC_REQUESTS` makes each request a transaction"),)
    if not wrote:
        return None
    made = writes.created(function.body(), call, scope)
    return Transaction("request", function.site.span, function.name, (*wrote, *proof), made)
