"""ORM classes, and which expressions hold their instances."""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.facts.syntax import Node
from celerylint.project.interpreter import classes
from celerylint.project.interpreter.special import Here, Special
from celerylint.project.libraries import query_rows
from celerylint.project.objects import (
    Arguments,
    Bound,
    ClassObject,
    FunctionObject,
    Instance,
    Lazy,
    Parameter,
    Scope,
    Unread,
)
from celerylint.project.values import Call, Literal, Name, Sequence, Unknown, Value
from celerylint.structs import dataclass

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import CallHandler, Machine

DJANGO_BASES = frozenset(
    [
        "django.db.models.Model",
        "mptt.models.MPTTModel",
        "model_utils.models.TimeStampedModel",
        "polymorphic.models.PolymorphicModel",
        "django.contrib.gis.db.models.Model",
    ]
)
SQLALCHEMY_BASES = frozenset(
    {
        "sqlalchemy.orm.DeclarativeBase",
        "sqlalchemy.orm.DeclarativeBaseNoMeta",
        "flask_sqlalchemy.Model",
    }
)
_MODEL_CALLS = {
    "sqlalchemy.orm.declarative_base": "sqlalchemy",
    "sqlalchemy.orm.registry.generate_base": "sqlalchemy",
    "django.contrib.auth.get_user_model": "django",
    "django.apps.apps.get_model": "django",
}
_ONE = frozenset(
    [
        "get",
        "create",
        "first",
        "last",
        "latest",
        "earliest",
        "aget",
        "acreate",
        "afirst",
        "alast",
        "get_by_natural_key",
        "create_user",
        "create_superuser",
        "one",
        "one_or_none",
        "scalar_one",
        "scalar_one_or_none",
    ]
)
_PAIR = frozenset(["get_or_create", "update_or_create", "aget_or_create", "aupdate_or_create"])
_MANY = frozenset(
    [
        "all",
        "filter",
        "exclude",
        "order_by",
        "select_related",
        "prefetch_related",
        "annotate",
        "distinct",
        "using",
        "only",
        "defer",
        "none",
        "union",
        "intersection",
        "difference",
        "select_for_update",
        "reverse",
        "alias",
        "filter_by",
        "join",
        "outerjoin",
        "options",
        "limit",
        "offset",
        "where",
        "group_by",
        "having",
        "with_for_update",
        "execution_options",
        "scalars",
        "unique",
        "active",
        "public",
        "iterator",
        "yield_per",
        "get_queryset",
        "raw",
        "bulk_create",
        "aiterator",
    ]
)
_OTHER = frozenset(
    [
        "values",
        "values_list",
        "count",
        "exists",
        "aggregate",
        "in_bulk",
        "update",
        "delete",
        "dates",
        "datetimes",
        "explain",
        "bulk_update",
        "contains",
        "acount",
        "aexists",
        "query",
    ]
)
SIGNALS = frozenset(
    f"django.db.models.signals.{name}"
    for name in [
        "pre_save",
        "post_save",
        "pre_delete",
        "post_delete",
        "pre_init",
        "post_init",
        "m2m_changed",
    ]
)
_MODEL_FORMS = frozenset(
    [
        "django.forms.ModelForm",
        "django.forms.models.ModelForm",
        "rest_framework.serializers.ModelSerializer",
        "rest_framework.serializers.HyperlinkedModelSerializer",
    ]
)
USER = Name(dotted="django.contrib.auth.get_user_model()")


@dataclass(frozen=True, slots=True, eq=False)
class Query(Special):
    """A manager or query set of an ORM class; iterating or asking for one yields instances."""

    cls: ClassObject | Name
    manager: bool = False

    def attribute(self, machine: Machine, name: str, here: Here) -> Value:
        return QueryMethod(query=self, name=name)

    def item(self, machine: Machine, index: Value, here: Here) -> Value:
        return Instance(cls=self.cls)

    def element(self, machine: Machine) -> Value:
        return Instance(cls=self.cls)

    def operate(self, machine: Machine, sign: str, other: Value, here: Here) -> Value | None:
        return Query(cls=self.cls) if sign in "|&^" and isinstance(other, Query) else None


@dataclass(frozen=True, slots=True, eq=False)
class QueryMethod(Special):
    """A method of a manager or query set, not called yet."""

    query: Query
    name: str

    def call(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        cls = self.query.cls
        if self.name in _ONE:
            return Instance(cls=cls, site=here.site)
        if self.name in _PAIR:
            pair = (Instance(cls=cls, site=here.site), Unknown(reason="created or not"))
            return Sequence(kind="tuple", items=pair, site=here.site)
        if self.name in _MANY:
            return Query(cls=cls, site=here.site)
        if self.name in query_rows.METHODS and kind_of(machine, cls) == "django":
            return query_rows.Rows(site=here.site)
        return Unknown(reason=f".{self.name}() of a query")


def kind_of(machine: Machine, cls: Value) -> str | None:
    """django, sqlalchemy or sqlmodel for an ORM class, None for another class or one that is not
    known.
    """
    for each in classes.ancestry(machine, cls):
        kind = _kind_of_base(each)
        if kind is not None and not (kind == "sqlmodel" and not _is_table(cls)):
            return kind
    return None


def _is_table(cls: Value) -> bool:
    if not isinstance(cls, ClassObject):
        return False
    return any(
        key == "table" and isinstance(v, Literal) and v.value is True for key, v in cls.keywords
    )


def _kind_of_base(base: Value) -> str | None:
    if isinstance(base, Name):
        return _kind_of_name(base.dotted)
    if isinstance(base, Call):
        return _MODEL_CALLS.get(base.dotted)
    if isinstance(base, Bound) and base.name == "Model" and isinstance(base.receiver, Call):
        return "sqlalchemy" if base.receiver.dotted.endswith("SQLAlchemy") else None
    return None


def _kind_of_name(dotted: str) -> str | None:
    if dotted in DJANGO_BASES or dotted == USER.dotted:
        return "django"
    if dotted in SQLALCHEMY_BASES:
        return "sqlalchemy"
    if dotted == "sqlmodel.SQLModel":
        return "sqlmodel"
    module, _, name = dotted.rpartition(".")
    contrib = module.startswith("django.contrib.") and ".models" in f".{module.split('.', 3)[-1]}"
    if contrib and name[:1].isupper() and not name.endswith(("Manager", "Mixin", "QuerySet")):
        return "django"
    if module == "django.contrib.auth.base_user" and name == "AbstractBaseUser":
        return "django"
    return None


def name_of(cls: ClassObject | Name) -> str:
    """The class as messages show it."""
    return cls.dotted if isinstance(cls, ClassObject) else cls.dotted.removesuffix("()")


def attribute_handler(machine: Machine, base: Value, name: str, here: Here) -> Value | None:
    """Managers of classes, relations and forms of instances, the user of a request."""
    if isinstance(base, ClassObject):
        return _of_class(machine, base, name)
    if isinstance(base, Name) and name in {"objects", "_default_manager"}:
        return Query(cls=base, manager=True) if _kind_of_name(base.dotted) else None
    if isinstance(base, Call) and base.dotted == "django.contrib.auth.get_user_model":
        return Query(cls=USER, manager=True) if name == "objects" else None
    if isinstance(base, Instance):
        return _of_instance(machine, base, name, here)
    if name == "user" and isinstance(base, Parameter | Bound) and base.name == "request":
        return Instance(cls=USER) if _in_django(machine, here) else None
    return None


def _in_django(machine: Machine, here: Here) -> bool:
    """Is this code of a Django project? Starlette's requests have users, too."""
    imported = (each for each in here.scope.module.env.values() if isinstance(each, Lazy | Name))
    if any(each.dotted.split(".")[0] in ("django", "rest_framework") for each in imported):
        return True
    folders = (f"{root}/" if root else "" for root in machine.names.roots)
    return any(f"{folder}manage.py" in machine.names.files for folder in folders)


def _of_class(machine: Machine, cls: ClassObject, name: str) -> Value | None:
    if name == "query" and kind_of(machine, cls) in {"sqlalchemy", "sqlmodel"}:
        return Query(cls=cls, manager=True)
    if name in {"objects", "_default_manager", "_base_manager"} or name.endswith("_objects"):
        return Query(cls=cls, manager=True)
    found = machine.settle(cls.env[name]) if name in cls.env else None
    if isinstance(found, Instance | Call) and _is_manager(machine, found):
        return Query(cls=cls, manager=True)
    return None


def _is_manager(machine: Machine, value: Value) -> bool:
    if isinstance(value, Instance):
        return any(
            isinstance(each, Name) and each.dotted.endswith("Manager")
            for each in classes.ancestry(machine, value.cls)
        )
    return isinstance(value, Call) and value.dotted.endswith("models.Manager")


def _of_instance(machine: Machine, instance: Instance, name: str, here: Here) -> Value | None:
    if name in {"pk", "id"} and isinstance(instance.cls, ClassObject | Name):
        return Unknown(reason="a column")
    if isinstance(instance.cls, Name):
        return _of_external(instance, name)
    found = classes.find(machine, instance.cls, name)
    if isinstance(found, Call):
        return _related(found, instance)
    if found is None and name in {"save", "get_object", "get_queryset"}:
        return FormMethod(instance=instance, name=name)
    if found is None and name == "user" and _is_request(machine, instance.cls):
        return Instance(cls=USER)
    return None


def _is_request(machine: Machine, cls: ClassObject) -> bool:
    return classes.descends(
        machine, cls, {"django.http.HttpRequest", "rest_framework.request.Request"}
    )


def _of_external(instance: Instance, name: str) -> Value | None:
    dotted = instance.cls.dotted
    if name == "user" and dotted in {"django.http.HttpRequest", "rest_framework.request.Request"}:
        return Instance(cls=USER)
    return None


_RELATIONS = (".ForeignKey", ".OneToOneField", ".TreeForeignKey")


def _related(field: Call, instance: Instance) -> Value | None:
    """An instance's foreign key holds an instance; any other column holds plain data."""
    if field.dotted.endswith(_RELATIONS) and field.args:
        target = field.args[0]
        if isinstance(target, ClassObject):
            return Instance(cls=target)
        if isinstance(target, Literal) and target.value == "self":
            return Instance(cls=instance.cls)
        if isinstance(target, Unread):
            return Unread(paths=target.paths, called=True)
    if field.dotted.endswith(("Field", ".mapped_column", ".Column")):
        return Unknown(reason="a column")
    return None


@dataclass(frozen=True, slots=True, eq=False)
class FormMethod(Special):
    """`form.save()` of a ModelForm, `view.get_object()`: the
    instance, where the class tells which.
    """

    instance: Instance
    name: str

    def call(self, machine: Machine, arguments: Arguments, here: Here) -> Value:
        cls = self.instance.cls
        if self.name == "save" and classes.descends(machine, cls, _MODEL_FORMS):
            meta = classes.find(machine, cls, "Meta")
            model = meta.env.get("model") if isinstance(meta, ClassObject) else None
            model = machine.settle(model) if model is not None else None
            if isinstance(model, ClassObject | Name):
                return Instance(cls=model, site=here.site)
        if self.name in {"get_object", "get_queryset"}:
            model = classes.find(machine, cls, "model")
            if isinstance(model, ClassObject | Name) and kind_of(machine, model):
                made = Instance if self.name == "get_object" else Query
                return made(cls=model, site=here.site)
        return Unknown(reason=f".{self.name}()")


def _get_object(machine: Machine, arguments: Arguments, here: Here) -> Value:
    cls = arguments.get(0, "klass")
    if isinstance(cls, Query):
        return Instance(cls=cls.cls, site=here.site)
    if isinstance(cls, ClassObject | Name):
        return Instance(cls=cls, site=here.site)
    if isinstance(cls, Unread):
        return Unread(paths=cls.paths, called=True)
    return Unknown(reason="get_object_or_404")


def _get_list(machine: Machine, arguments: Arguments, here: Here) -> Value:
    found = _get_object(machine, arguments, here)
    return Query(cls=found.cls, site=here.site) if isinstance(found, Instance) else found


def _select(machine: Machine, arguments: Arguments, here: Here) -> Value:
    """`select(Model)`: a statement whose rows are instances."""
    if len(arguments.args) == 1 and isinstance(arguments.args[0], ClassObject):
        return Query(cls=arguments.args[0], site=here.site)
    machine.need(arguments.args[0] if arguments.args else None)
    return Unknown(reason="a statement")


def _of_session(machine: Machine, arguments: Arguments, here: Here) -> Value:
    """`session.query(Model)`, `session.get(Model, id)`, `session.scalars(select(Model))` on any
    receiver.
    """
    bound = arguments.args[0]
    first = arguments.args[1] if len(arguments.args) > 1 else None
    if not isinstance(bound, Bound):
        return Unknown(reason="not handled")
    if isinstance(first, Query) and bound.name in {"scalars", "execute"}:
        return Query(cls=first.cls, site=here.site)
    if isinstance(first, Query) and bound.name == "scalar":
        return Instance(cls=first.cls, site=here.site)
    if isinstance(first, ClassObject) and kind_of(machine, first) in {"sqlalchemy", "sqlmodel"}:
        if bound.name == "query" and len(arguments.args) == 2:
            return Query(cls=first, site=here.site)
        if bound.name in {"get", "get_one", "merge"}:
            return Instance(cls=first, site=here.site)
    if isinstance(first, Unread) and bound.name == "query":
        machine.need(first)
    if isinstance(first, Unread) and bound.name in {"get", "get_one", "merge"}:
        return Unread(paths=first.paths, called=True)
    return Unknown(reason="not handled")


def _get_model(machine: Machine, arguments: Arguments, here: Here) -> Value:
    return Name(dotted="django.contrib.auth.get_user_model()")


def handlers() -> dict[str, CallHandler]:
    """Functions of the ORMs by canonical name."""
    table: dict[str, CallHandler] = {
        "django.shortcuts.get_object_or_404": _get_object,
        "rest_framework.generics.get_object_or_404": _get_object,
        "django.shortcuts.aget_object_or_404": _get_object,
        "django.shortcuts.get_list_or_404": _get_list,
        "sqlalchemy.select": _select,
        "django.contrib.auth.get_user_model": _get_model,
        "django.contrib.auth.get_user": lambda m, a, h: Instance(cls=USER, site=h.site),
        "django.contrib.auth.authenticate": lambda m, a, h: Instance(cls=USER, site=h.site),
    }
    table |= {
        f"method:{name}": _of_session
        for name in ["query", "get", "get_one", "merge", "scalars", "execute", "scalar"]
    }
    return table


def receivers(machine: Machine, function: FunctionObject, scope: Scope) -> None:
    """The `instance` of a model signal's receiver is an instance of its sender."""
    if "instance" not in scope.env or not isinstance(scope.env["instance"], Parameter):
        return
    for node in function.node[6]:
        sender = _sender(machine, node, function)
        if sender is not None:
            scope.env["instance"] = Instance(cls=sender, site=scope.env["instance"].site)


def _sender(machine: Machine, node: Node, function: FunctionObject) -> ClassObject | Name | None:
    if node[0] != "call":
        return None
    decorator = machine.evaluate(node[3], function.scope)
    if not (isinstance(decorator, Name) and decorator.dotted == "django.dispatch.receiver"):
        return None
    signals: Value | None = None
    sender: Value | None = None
    for star, keyword, expression, _start, _end in node[4]:
        value = machine.evaluate(expression, function.scope)
        if keyword == "sender":
            sender = value
        elif keyword in {None, "signal"} and not star:
            signals = signals or value
    named = signals.items if isinstance(signals, Sequence) else (signals,)
    if not all(isinstance(each, Name) and each.dotted in SIGNALS for each in named):
        return None
    machine.need(sender)
    return (
        sender if isinstance(sender, ClassObject | Name) else Name(dotted="django.db.models.Model")
    )
