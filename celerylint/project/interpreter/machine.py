"""Reads modules as an interpreter would, with values that may be unknown.

Nothing is run: statements are followed in order, both arms of what is not known are taken and
joined, calls of
the project's own functions are followed a few steps deep, and everything else becomes an `Unknown`
that says why.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from celerylint.facts.syntax import Body, Node
from celerylint.project.combine import without_unset
from celerylint.project.interpreter import expressions, statements
from celerylint.project.interpreter.loops import Loop
from celerylint.project.interpreter.special import Here
from celerylint.project.modules import Module, ModuleMap
from celerylint.project.objects import (
    Arguments,
    ClassObject,
    Deferred,
    Env,
    Family,
    FunctionObject,
    Lazy,
    ModuleObject,
    Scope,
    Unread,
    Unset,
    unread_paths,
)
from celerylint.project.values import Literal, Name, OneOf, Site, Unknown, Value
from celerylint.structs import dataclass, field

MOST_STEPS = 4_000
# Modules being followed because each needs the next; a step takes some 20 frames of the stack.
DEEPEST_IMPORTS = 60
BUILTINS = frozenset(dir(builtins))

AttributeHandler = Callable[["Machine", Value, str, Here], Value | None]
CallHandler = Callable[["Machine", Arguments, Here], Value]
Listener = Callable[["Machine", Value, Arguments, Here], None]


Nested = list[tuple[Value, tuple["FrameNote", ...]]]  # functions and what they stand in


@dataclass(slots=True)
class FrameNote:
    """Something that the code being followed stands in; see `celerylint.project.model.Frame`."""

    kind: str
    site: Site
    detail: str = ""


@dataclass(slots=True)
class Machine:
    """The state of following a project's code."""

    modules: dict[str, Module]
    names: ModuleMap
    handlers: dict[str, CallHandler]
    class_handlers: list[Callable[[Machine, ClassObject, Arguments, Here], Value | None]]
    # By the type of what has the attribute.
    attribute_handlers: Mapping[type[Value], Sequence[AttributeHandler]]
    decorator_handlers: list[Callable[[Machine, Value, Value, Here], Value | None]]
    module_listeners: list[Listener] = field(default_factory=list)
    listeners: list[Listener] = field(default_factory=list)
    defined: list[tuple[FunctionObject, Value]] = field(default_factory=list)
    frames: list[FrameNote] = field(default_factory=list)
    needed: set[str] = field(default_factory=set)
    running: list[Module] = field(default_factory=list)
    postponed: dict[str, None] = field(default_factory=dict)  # stood too deep; in this order
    resolving: set[tuple[str, str]] = field(default_factory=set)  # imports being settled
    environment: dict[str, list[Value]] = field(default_factory=dict)  # what the code sets itself
    calls: list[tuple[str, int]] = field(default_factory=list)  # functions being followed
    returns: list[list[Value]] = field(default_factory=list)
    nested: list[Nested] = field(default_factory=list)
    loops: list[Loop] = field(default_factory=list)  # being followed round by round
    scopes: list[Scope] = field(default_factory=list)  # of the functions being followed
    # Where imports lead, by identity; they are kept, since identities are used again.
    origins: dict[int, tuple[Lazy, Module | Value]] = field(default_factory=dict)
    families: dict[int, Family] = field(default_factory=dict)  # of classes, by identity
    branches: int = 0  # arms being followed that may not run
    dead: int = 0  # arms being followed that do not run
    steps: int = 0
    spent: int = 0  # statements since the module or the function by itself was begun
    holds: bool = False  # has something been put where nothing is known?
    alone: bool = False  # is a function being followed by itself, for its calls only?

    # Modules
    # -------------------------------------------------------------------------------------------

    def module(self, path: str) -> Module | None:
        """The module of a file, its body followed; None where it was not read."""
        module = self.modules.get(path)
        if module is None or module.state != "new":
            return module
        if len(self.running) >= DEEPEST_IMPORTS:
            self.postponed.setdefault(path)
            for each in self.running:
                each.early = True
            return module
        module.state = "running"
        self.running.append(module)
        try:
            with self.aside():
                self.run(module.body, module.scope)
        except RecursionError:
            module.open.add("code that is nested too deeply")
        finally:
            self.running.pop()
            module.state = "done"
        return module

    def restart(self) -> bool:
        """Forget the modules that met a module in the middle of its own body; True where there are
        any.

        Names are settled when they are used, which can be sooner than Python would import their
        module.
        """
        again = [module for module in self.modules.values() if module.early]
        for module in again:
            module.early, module.state = False, "new"
            module.env.clear()
        return bool(again)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Follow something else for a moment, outside the branches and calls that surround it."""
        kept = (self.branches, self.dead, self.frames, self.calls, self.nested, self.listeners)
        alone, steps, spent = self.alone, self.steps, self.spent
        self.spent = 0
        self.alone = False
        self.branches, self.dead, self.frames, self.calls, self.nested = 0, 0, [], [], []
        self.listeners = self.module_listeners
        try:
            yield
        finally:
            self.branches, self.dead, self.frames, self.calls, self.nested, self.listeners = kept
            self.alone, self.steps, self.spent = alone, steps, spent

    def need(self, value: Value | None) -> Value | None:
        """Ask for the files without which the value stays unknown; the value itself comes back."""
        self.needed |= unread_paths(value)
        return value

    def imported(self, dotted: str, attribute: str | None, importer: Module) -> Value:
        """What `from dotted import attribute` (or `import dotted`) binds in a module."""
        path = self.names.find(dotted, importer.path)
        if path is None:
            full = dotted if attribute is None else f"{dotted}.{attribute}"
            return Name(dotted=canonical(full))
        if attribute is None:
            return self._whole(path, dotted)
        if path.endswith("/"):
            return self._submodule(dotted, attribute, importer) or Unknown(reason="no such module")
        module = self.module(path)
        if module is None:
            found = self._submodule(dotted, attribute, importer)
            return found or Unread(paths=frozenset({path}))
        key = (path, attribute)
        if key in self.resolving:  # names that import each other: a submodule, or nothing
            found = self._submodule(module.name, attribute, module)
            return found or Unknown(reason=f"`{attribute}` imports itself")
        self.resolving.add(key)
        try:
            return self.member(module, attribute)
        finally:
            self.resolving.discard(key)

    def _whole(self, path: str, dotted: str) -> Value:
        if path.endswith("/"):
            return Name(dotted=dotted)
        module = self.modules.get(path)
        return Unread(paths=frozenset({path})) if module is None else ModuleObject(module=module)

    def _submodule(self, dotted: str, attribute: str, importer: Module) -> Value | None:
        path = self.names.find(f"{dotted}.{attribute}", importer.path)
        return None if path is None else self._whole(path, f"{dotted}.{attribute}")

    def member(self, module: Module, name: str) -> Value:
        """`module.name`."""
        self.module(module.path)
        value = module.env.get(name)
        if value is not None:
            return self.settle(value)
        if module.package:
            found = self._submodule(module.name, name, module)
            if found is not None:
                return found
        return self.missing(module, name)

    def meets(self, module: Module) -> None:
        """Note who uses a module in the middle of its own body."""
        if module.state == "running" and self.running[-1] is not module:
            for each in self.running[self.running.index(module) + 1 :]:
                each.early = True

    def missing(self, module: Module, name: str) -> Value:
        """What a name means that the module does not visibly bind."""
        if name == "__name__":
            return Literal(value=module.name)
        self.meets(module)
        if name == "__file__":
            return Name(dotted=f"{module.name}.__file__")
        if module.unread_stars:
            return Unread(paths=frozenset(module.unread_stars))
        if module.open:
            return Unknown(reason=f"may come from {min(module.open)}")
        if name in BUILTINS:
            return Name(dotted=f"builtins.{name}")
        return Unknown(reason=f"`{name}` is not defined in {module.path}")

    # Names
    # ---------------------------------------------------------------------------------------------

    def look_up(self, scope: Scope, name: str) -> Value:
        """The value of a name in a scope, by Python's rules of visibility."""
        step: Scope | None = scope
        while step is not None:
            if step.kind != "class" or step is scope:
                value = step.env.get(name)
                if value is not None:
                    kind = type(value)
                    if kind is Lazy or kind is OneOf or kind is Deferred:
                        return self.settle(value)
                    if kind is not Unset:
                        return value
            step = step.parent
        return self.missing(scope.module, name)

    def settle(self, value: Value) -> Value:
        """The value behind a lazy import or a deferred attribute; a name that is used is bound."""
        if isinstance(value, Lazy):
            return self._known_import(value) or self._first_import(value)
        if isinstance(value, Deferred):
            return self._evaluated(value)
        if isinstance(value, OneOf):
            value = without_unset(value)
            if isinstance(value, OneOf) and any(
                isinstance(v, Lazy | Deferred) for v in value.options
            ):
                from celerylint.project.combine import one_of

                return one_of([self.settle(each) for each in value.options])
            return self.settle(value) if isinstance(value, Lazy) else value
        return value

    def _evaluated(self, value: Deferred) -> Value:
        if not value.made:
            value.made.append(Unknown(reason="refers to itself"))
            with self.aside():
                value.made[0] = self.evaluate(value.node, value.scope)
        return value.made[0]

    def _known_import(self, value: Lazy) -> Value | None:
        """What an import binds whose origin has been found; None where it has to be looked for."""
        origin = self.origins.get(id(value))
        if origin is None:
            return None
        source = origin[1]
        if not isinstance(source, Module):
            return source
        found = source.env.get(value.attribute or "") if source.state == "done" else None
        return None if isinstance(found, Lazy | OneOf | Unset) else found

    def _first_import(self, value: Lazy) -> Value:
        found = self.imported(value.dotted, value.attribute, value.module)
        path = self.names.find(value.dotted, value.module.path)
        if path is None:
            self.origins[id(value)] = value, found
        elif path in self.modules and value.attribute is not None:
            self.origins[id(value)] = value, self.modules[path]
        return found

    # Following
    # -----------------------------------------------------------------------------------------

    def evaluate(self, node: Node, scope: Scope) -> Value:
        """The value of an expression."""
        return expressions.evaluate(self, node, scope)

    def run(self, body: Body, scope: Scope) -> bool:
        """Follow a block. True where control never gets behind it."""
        return statements.run(self, body, scope)

    def run_apart(self, body: Body, scope: Scope) -> tuple[list[Value], Nested]:
        """Follow the body of a function that nobody calls: what it returns, and the functions that
        it defines and that may send tasks."""
        self.returns.append([])
        self.nested.append([])
        try:
            self.run(body, scope)
        finally:
            returned, nested = self.returns.pop(), self.nested.pop()
        return returned, nested

    @contextmanager
    def frame(self, kind: str, site: Site, detail: str = "") -> Iterator[None]:
        """Note that what follows stands in something."""
        self.frames.append(FrameNote(kind, site, detail))
        try:
            yield
        finally:
            self.frames.pop()

    @contextmanager
    def arm(self, runs: bool | None) -> Iterator[None]:
        """Follow an arm that runs, may run (None) or does not run."""
        if runs is None:
            self.branches += 1
        elif not runs:
            self.dead += 1
        try:
            yield
        finally:
            if runs is None:
                self.branches -= 1
            elif not runs:
                self.dead -= 1

    def listening(self) -> bool:
        """Are the calls of the code being followed its own (not those
        of a function that it calls)?
        """
        return bool(self.listeners) and not self.calls

    def tell(self, function: Value, arguments: Arguments, here: Here) -> None:
        """Tell who listens that a call stands here."""
        if self.listeners and not self.calls:
            for listener in self.listeners:
                listener(self, function, arguments, here)


CANONICAL = {
    "celery.app.base.Celery": "celery.Celery",
    "celery.app.Celery": "celery.Celery",
    "celery.app.shared_task": "celery.shared_task",
    "celery.app.task.Task": "celery.Task",
    "celery.app.task.BaseTask": "celery.Task",
    "celery.task.Task": "celery.Task",
    "celery.task.base.Task": "celery.Task",
    "celery._state.current_app": "celery.current_app",
    "celery.app.current_app": "celery.current_app",
    "django.db.models.base.Model": "django.db.models.Model",
    "django.dispatch.dispatcher.Signal": "django.dispatch.Signal",
    "django.dispatch.dispatcher.receiver": "django.dispatch.receiver",
    "celery.utils.dispatch.signal.Signal": "celery.utils.dispatch.Signal",
    "blinker.base.Signal": "blinker.Signal",
    "blinker.base.Namespace": "blinker.Namespace",
    "sqlalchemy.ext.declarative.declarative_base": "sqlalchemy.orm.declarative_base",
    "sqlalchemy.ext.declarative.api.declarative_base": "sqlalchemy.orm.declarative_base",
    "sqlalchemy.future.select": "sqlalchemy.select",
    "sqlalchemy.sql.select": "sqlalchemy.select",
    "sqlmodel.select": "sqlalchemy.select",
    "sqlmodel.main.SQLModel": "sqlmodel.SQLModel",
    "flask.app.Flask": "flask.Flask",
    "celery.contrib.django.task.DjangoTask": "celery.contrib.django.task.DjangoTask",
    "os.environ.copy": "os.environ.copy",
}
_CANVAS = (
    "chain",
    "group",
    "chord",
    "chunks",
    "xmap",
    "xstarmap",
    "signature",
    "subtask",
    "maybe_signature",
)
CANONICAL |= {f"celery.canvas.{name}": f"celery.{name}" for name in _CANVAS}
CANONICAL |= {"celery.canvas.Signature": "celery.Signature", "celery.subtask": "celery.signature"}


def canonical(dotted: str) -> str:
    """The name under which something external is known here,
    whichever module it was imported from.
    """
    return CANONICAL.get(dotted, dotted)


def bind(env: Env, name: str, value: Value) -> None:
    """Bind a name."""
    env[name] = value
