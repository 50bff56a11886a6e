"""Whole projects, composed by Hypothesis from the forms that people use.

Nothing here knows what a project comes out as: real Celery says that. A failing project shrinks
to the few lines that matter, because every choice starts with the simplest form.
"""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import strategies as st

from .composing import HELPERS, SETTINGS, Module, bind, write_value
from .composing_tasks import WRAPPING, draw_options, write_class_task, write_function_task

DJANGO_BASE = ['SECRET_KEY = "x"', "INSTALLED_APPS = []", "USE_TZ = True"]


@dataclass(frozen=True)
class Composed:
    """A composed project; profiles as in Form. notes name the forms that went into it."""

    files: dict[str, str]
    profiles: tuple[str, ...]
    notes: tuple[str, ...]

    def __repr__(self) -> str:
        files = "\n".join(f"--- {path}\n{text}" for path, text in self.files.items())
        return f"profiles {self.profiles}, {', '.join(sorted(set(self.notes)))}\n{files}"


def spell(draw: st.DrawFn, setting: str, style: str, namespace: str) -> str:
    """A setting's name as that style writes it; "mixed" now and then takes another style's."""
    if style == "mixed":
        style = draw(st.sampled_from(["new", "namespaced", "old", "upper"]))
    if style == "namespaced":
        return f"{namespace or 'CELERY'}_{setting.upper()}"
    if style == "upper":
        return setting.upper()
    return old_name(setting) if style == "old" else setting


def old_name(setting: str) -> str:
    """Celery's own name of a setting before 4.0."""
    from celery.app import defaults

    old: str = defaults._TO_OLD_KEY.get(setting, setting.upper())
    return old


def draw_names(draw: st.DrawFn, most: int = 5) -> list[str]:
    return draw(st.lists(st.sampled_from(sorted(SETTINGS)), unique=True, max_size=most))


def write_settings(draw: st.DrawFn, module: Module, style: str, namespace: str) -> None:
    """Binds a few settings in a module."""
    for setting in draw_names(draw):
        bind(draw, module, spell(draw, setting, style, namespace), SETTINGS[setting])


def write_object(draw: st.DrawFn, style: str, namespace: str) -> tuple[dict[str, Module], str]:
    """The modules that settings are written in, and the expression that names the object."""
    form = draw(st.sampled_from(["module", "star", "class", "dict", "attributes"]))
    conf = Module(notes=[f"object {form}"])
    modules = {"conf": conf}
    if form == "star":
        base = Module()
        write_settings(draw, base, style, namespace)
        modules["base_conf"] = base
        conf.use("from base_conf import *")
    if form == "attributes":
        base = Module()
        setting = draw(st.sampled_from(sorted(SETTINGS)))
        base.lines.append("SHARED = None")
        bind(draw, base, "SHARED", SETTINGS[setting])
        modules["base_conf"] = base
        conf.use("import base_conf as shared")
        conf.lines.append(f"{spell(draw, setting, style, namespace)} = shared.SHARED")
    if form in ("class", "dict"):
        return modules, write_container(draw, conf, form, style, namespace)
    write_settings(draw, conf, style, namespace)
    return modules, '"conf"'


def write_container(draw: st.DrawFn, conf: Module, form: str, style: str, namespace: str) -> str:
    """A class with a base class, or a dict, that holds the settings; answers how to name it."""
    names = [[spell(draw, s, style, namespace) for s in draw_names(draw, 3)] for _ in range(2)]
    kinds = {spell_: SETTINGS[s] for s in SETTINGS for spell_ in all_spellings(s, namespace)}
    first, second = (
        [(name, write_value(draw, conf, kinds[name])) for name in group] for group in names
    )
    if form == "class":
        conf.lines += ["class Base:", *(f"    {n} = {v}" for n, v in first), "    pass"]
        conf.lines += ["class Config(Base):", *(f"    {n} = {v}" for n, v in second), "    pass"]
        return '"conf:Config"'
    conf.lines.append("CONFIG = {" + ", ".join(f"{n!r}: {v}" for n, v in first) + "}")
    conf.lines += [f"CONFIG[{name!r}] = {value}" for name, value in second]
    return "conf.CONFIG"


def all_spellings(setting: str, namespace: str) -> list[str]:
    prefix = namespace or "CELERY"
    return [setting, setting.upper(), f"{prefix}_{setting.upper()}", old_name(setting)]


def write_app(draw: st.DrawFn, proj: Module, source: str, namespace: str) -> None:
    """The module of the application: keywords, the object, and writes afterwards."""
    proj.use("from celery import Celery")
    form = draw(st.sampled_from(["plain", "factory", "subclass"]))
    proj.notes.append(f"app {form}")
    kind = "Celery"
    if form == "subclass":
        proj.lines += ["class Shop(Celery):", "    pass"]
        kind = "Shop"
    options = {}
    for setting in draw_names(draw, 2):
        options[keyword_of(setting)] = write_value(draw, proj, SETTINGS[setting])
    text = "".join(f", {name}={value}" for name, value in options.items())
    configure = [f"config_from_object({source}{f', namespace={namespace!r}' if namespace else ''})"]
    steps = [f"APP.{configure[0]}"] if source else []
    steps += draw_writes(draw, proj)
    made = f'{kind}("proj", include=["jobs"]{text})'
    if form == "factory":
        body = [f"    made = {made}", *(f"    {step}" for step in steps), "    return made"]
        proj.lines += ["def create():", *(line.replace("APP.", "made.") for line in body)]
        proj.lines.append("app = create()")
    else:
        proj.lines += [f"app = {made}", *(step.replace("APP.", "app.") for step in steps)]


def keyword_of(setting: str) -> str:
    """The constructor's own keyword, where there is one."""
    return {"broker_url": "broker", "result_backend": "backend"}.get(setting, setting)


def draw_writes(draw: st.DrawFn, proj: Module) -> list[str]:
    """Writes to `APP.conf` after the object was named."""
    writes = []
    for setting in draw_names(draw, 2):
        form = draw(st.sampled_from(["attribute", "item", "update", "update dict"]))
        proj.notes.append(f"write {form}")
        value = write_value(draw, proj, SETTINGS[setting])
        writes.append(
            {
                "attribute": f"APP.conf.{setting} = {value}",
                "item": f"APP.conf[{setting!r}] = {value}",
                "update": f"APP.conf.update({setting}={value})",
                "update dict": f"APP.conf.update({{{setting!r}: {value}}})",
            }[form]
        )
    return writes


def write_jobs(draw: st.DrawFn) -> Module:
    """The module with the tasks."""
    jobs = Module()
    for index in range(draw(st.integers(0, 3))):
        if draw(st.sampled_from([True, True, False])):
            write_function_task(draw, jobs, f"work{index}")
        else:
            write_class_task(draw, jobs, f"work{index}")
    return jobs


@st.composite
def plain_projects(draw: st.DrawFn) -> Composed:
    """A project without Django: modules, classes, dicts, with and without a namespace."""
    namespace = draw(st.sampled_from(["", "CELERY", "SHOP"]))
    styles = ["namespaced", "new", "mixed", "old"] if namespace else ["new", "old", "mixed"]
    style = draw(st.sampled_from(styles))
    modules, source = write_object(draw, style, namespace)
    if draw(st.sampled_from([True, True, True, False])) is False:
        modules, source = {}, ""
    proj = Module(notes=[f"names {style}", f"namespace {namespace}"])
    if source == "conf.CONFIG":
        proj.use("import conf")
    write_app(draw, proj, source, namespace)
    write_annotations(draw, proj)
    modules |= {"proj": proj, "jobs": write_jobs(draw)}
    return compose(modules, ("",))


def write_annotations(draw: st.DrawFn, proj: Module) -> None:
    """Now and then, `task_annotations` for one task or for all."""
    if draw(st.sampled_from([False, False, False, True])):
        proj.notes.append("annotations")
        key = draw(st.sampled_from(["*", "jobs.work0"]))
        options = ", ".join(f"{n!r}: {v}" for n, v in draw_options(draw, proj, 2).items())
        proj.lines.append(f"app.conf.task_annotations = {{{key!r}: {{{options}}}}}")


@st.composite
def django_projects(draw: st.DrawFn) -> Composed:
    """A Django project: a settings package with a base and two profiles that override it."""
    style = draw(st.sampled_from(["namespaced", "namespaced", "mixed"]))
    base = Module(lines=list(DJANGO_BASE))
    write_settings(draw, base, style, "CELERY")
    modules = {"settings/__init__": Module(), "settings/base": base}
    for profile in ("production", "development"):
        module = Module(notes=[f"django {style}"], imports=["from .base import *"])
        write_settings(draw, module, style, "CELERY")
        modules[f"settings/{profile}"] = module
    proj = Module(imports=["import os"])
    proj.lines.append('os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings.production")')
    write_app(draw, proj, '"django.conf:settings"', "CELERY")
    modules |= {"proj": proj, "jobs": write_jobs(draw)}
    return compose(modules, ("settings.production", "settings.development"))


def compose(modules: dict[str, Module], profiles: tuple[str, ...]) -> Composed:
    """The files of a project, with the modules of helpers that something in it uses."""
    files = {f"{name}.py": module.text() for name, module in modules.items()}
    if any("import reading" in module.imports for module in modules.values()):
        files["reading.py"] = HELPERS
    if any("import wrapping" in module.imports for module in modules.values()):
        files["wrapping.py"] = WRAPPING
    notes = tuple(note for module in modules.values() for note in module.notes)
    return Composed(files, profiles, notes)


def projects() -> st.SearchStrategy[Composed]:
    """Any project."""
    return st.one_of(plain_projects(), django_projects())
