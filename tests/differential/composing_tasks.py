"""Tasks as Hypothesis composes them: decorators, wrappers, base classes and names."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from .composing import Module, write_value

OPTIONS: dict[str, str] = {
    "max_retries": "int",
    "soft_time_limit": "int",
    "time_limit": "int",
    "default_retry_delay": "int",
    "acks_late": "bool",
    "ignore_result": "bool",
    "track_started": "bool",
    "queue": "str",
    "serializer": "format",
}
Decorate = Callable[[Module, str, str], str]


def draw_options(draw: st.DrawFn, module: Module, most: int = 3) -> dict[str, str]:
    """Options with the expressions of their values; `max_retries` may be None."""
    names = draw(st.lists(st.sampled_from(sorted(OPTIONS)), unique=True, max_size=most))
    options = {name: write_value(draw, module, OPTIONS[name]) for name in names}
    if "max_retries" in options and draw(st.booleans()):
        options["max_retries"] = "None"
    return options


def keywords(options: dict[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in options.items())


def decorate_call(module: Module, maker: str, text: str) -> str:
    return f"@{maker}({text})" if text else f"@{maker}"


def decorate_empty_call(module: Module, maker: str, text: str) -> str:
    return f"@{maker}({text})"


def decorate_assigned(module: Module, maker: str, text: str) -> str:
    name = module.fresh().lower()
    module.lines.append(f"{name} = {maker}({text})")
    return f"@{name}"


def decorate_partial(module: Module, maker: str, text: str) -> str:
    name = module.fresh().lower()
    module.use("import functools")
    module.lines.append(f"{name} = functools.partial({maker}{', ' if text else ''}{text})")
    return f"@{name}()"


def decorate_wrapper(module: Module, maker: str, text: str) -> str:
    name = module.fresh().lower()
    module.lines += [
        f"def {name}(**more):",
        f"    return {maker}({text}{', ' if text else ''}**more)",
    ]
    return f"@{name}(trail=False)"


def decorate_splat(module: Module, maker: str, text: str) -> str:
    name = module.fresh()
    module.lines.append(f"{name} = dict({text})")
    return f"@{maker}(**{name})"


DECORATORS: tuple[Decorate, ...] = (
    decorate_call,
    decorate_empty_call,
    decorate_assigned,
    decorate_partial,
    decorate_wrapper,
    decorate_splat,
)
MAKERS = {
    "app.task": "from proj import app",
    "proj.app.task": "import proj",
    "shared_task": "from celery import shared_task",
    "job": "from celery import shared_task as job",
    "celery.shared_task": "import celery",
}


def write_base(draw: st.DrawFn, module: Module) -> str:
    """A base class of tasks, or of a base class, with options as attributes; answers its name."""
    module.use("from celery import Task")
    parent = "Task"
    for _ in range(draw(st.integers(1, 2))):
        options = draw_options(draw, module)
        name = module.fresh().title().replace("_", "")
        module.lines += [f"class {name}({parent}):", "    abstract = True"]
        module.lines += [f"    {key} = {value}" for key, value in options.items()]
        parent = name
    return parent


def write_name(draw: st.DrawFn, module: Module, function: str) -> str | None:
    """The expression of an explicit name, or None for the one that Celery computes."""
    form = draw(st.sampled_from(["none", "none", "literal", "constant", "class", "enum", "joined"]))
    module.notes.append(f"name {form}")
    constant = module.fresh()
    text = f"named.{function}"
    if form == "none":
        return None
    if form == "literal":
        return repr(text)
    if form == "enum":
        module.use("import enum")
        module.lines += [f"class {constant}(str, enum.Enum):", f"    x = {text!r}"]
        return f"{constant}.x"
    if form == "class":
        module.lines += [f"class {constant}:", f"    x = {text!r}"]
        return f"{constant}.x"
    module.lines.append(f"{constant} = {text!r}")
    return constant if form == "constant" else f"f'{{{constant}}}.more'"


def write_function_task(draw: st.DrawFn, module: Module, function: str) -> None:
    """A function that a decorator makes a task."""
    maker = draw(st.sampled_from(sorted(MAKERS)))
    module.use(MAKERS[maker])
    options = draw_options(draw, module)
    name = write_name(draw, module, function)
    if name is not None:
        options["name"] = name
    if draw(st.booleans()):
        options["base"] = write_base(draw, module)
    bound = draw(st.booleans())
    if bound:
        options["bind"] = "True"
    decorate = draw(st.sampled_from(DECORATORS))
    module.notes.append(decorate.__name__)
    module.lines.append(decorate(module, maker, keywords(options)))
    if draw(st.sampled_from([False, False, True])):
        module.use("import wrapping")
        module.lines.append("@wrapping.traced")
    module.lines += [f"def {function}({'self, ' if bound else ''}x, y=1):", "    return x"]


def write_class_task(draw: st.DrawFn, module: Module, function: str) -> None:
    """A class that is registered by hand."""
    module.notes.append("class task")
    module.use(MAKERS["app.task"])
    base = write_base(draw, module)
    name = write_name(draw, module, function)
    options = draw_options(draw, module)
    if name is not None:
        options["name"] = name
    module.lines += [f"class {function.title()}({base}):", "    abstract = False"]
    module.lines += [f"    {key} = {value}" for key, value in options.items()]
    module.lines += ["    def run(self, x):", "        return x"]
    module.lines.append(f"app.register_task({function.title()}())")


WRAPPING = """import functools


def traced(function):
    @functools.wraps(function)
    def run(*args, **kwargs):
        return function(*args, **kwargs)

    return run
"""
