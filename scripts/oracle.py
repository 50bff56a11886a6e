"""Asks released versions of Celery and Kombu what they know, and writes it to
celerylint/oracle/celery.json.

    python scripts/oracle.py WORKDIR [--python 4.4=/path/to/python3.8]
        [--python 3.1=/path/to/python3.6]

WORKDIR keeps one virtual environment per version, so that a second run is quick. Every answer comes
from Celery's and Kombu's own objects, asked in a process of that environment; nothing is typed in
by hand.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

# One release per series, oldest first, with what pip must be held to for it to import.
RELEASES: Mapping[str, tuple[str, ...]] = {
    "4.4.7": ("setuptools<66", "importlib-metadata<5"),
    "5.2.7": ("setuptools<81",),
    "5.3.6": (),
    "5.4.0": (),
    "5.5.3": (),
    "5.6.3": (),
    "5.7.0": (),
}
# The last release in which settings had other names; asked for these only.
FORMER = "3.1.26.post2"
OUTPUT = Path(__file__).resolve().parent.parent / "celerylint" / "oracle" / "celery.json"
OLDEST_RECOGNISED = (3, 1)

PROBE = r'''
import ast, importlib, inspect, json, pathlib, re
import celery, kombu, kombu.transport
from amqp.basic_message import Message
from celery.app import amqp, autoretry, backends, defaults, task
from celery.app.base import Celery
from celery.backends import base
from celery.canvas import Signature
from kombu.messaging import Producer
from kombu.transport import TRANSPORT_ALIASES

old = defaults._TO_OLD_KEY
settings = []
for name, option in defaults.flatten(defaults.NAMESPACES):
    kind = option.type if isinstance(option.type, str) else option.type.__name__
    deprecated = option.deprecate_by or option.remove_by
    settings.append([name, old[name], kind, repr(option.default), deprecated])
assert {row[0] for row in settings} == defaults.SETTING_KEYS
assert {row[1] for row in settings} == defaults._OLD_SETTING_KEYS
assert all(defaults._TO_NEW_KEY[row[1]] == row[0] for row in settings)

def parameters(*functions):
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    return sorted({each.name for function in functions
                   for each in inspect.signature(function).parameters.values()
                   if each.kind in kinds and each.name != "self"})

class Recorder:
    """Stands in for a task and remembers which of its attributes were asked for."""
    def __init__(self):
        object.__setattr__(self, "asked", [])
    def __getattr__(self, name):
        self.asked.append(name)
        raise AttributeError(name)

retrying = Recorder()
autoretry.add_autoretry_behaviour(retrying)
app = Celery("probe", broker="memory://", set_as_current=False)
app.finalize()
executed = sorted(task.extract_exec_options(Recorder()))
creators = [const for const in Celery.task.__code__.co_consts
            if inspect.iscode(const) and const.co_name == "inner_create_task_cls"]
created = list(creators[0].co_varnames[:creators[0].co_argcount])
attributes, methods = [], []
for name, value in sorted(vars(task.Task).items()):
    if name.startswith("_") or name == "from_config":
        continue
    if value is None or isinstance(value, (bool, int, float, str, tuple)):
        attributes.append([name, repr(value)])
    elif isinstance(value, property) and value.fset:
        attributes.append([name, "None"])
    elif inspect.isfunction(value) or isinstance(value, classmethod):
        methods.append([name])
created = {*created, *parameters(Celery._task_from_fun)} - {"fun"}
taken = {*executed, "ignore_result", *parameters(
    task.Task.apply_async, Celery.send_task, app.amqp.send_task_message, Producer.publish,
    app.amqp.as_task_v2,
)} - {"name", "message", "body", "args", "kwargs"}
sent = taken | {each[0] for each in Message.PROPERTIES}
assert "'ignore_result'" in inspect.getsource(Celery.send_task) + inspect.getsource(
    task.Task.apply_async)
documented = sorted(set(re.findall(r"(?m)^ +(\w+) \([^)]*\): ", task.Task.apply_async.__doc__)))
assert set(documented) <= sent | {"args", "kwargs"}
calls = {"apply_async": task.Task.apply_async, "send_task": Celery.send_task,
         "apply": task.Task.apply, "retry": task.Task.retry,
         "signature": Signature.__init__, "Signature.apply_async": Signature.apply_async}
orders = [[name, number, each.name] for name, function in calls.items()
          for number, each in enumerate(list(inspect.signature(function).parameters.values())[1:])
          if each.kind is each.POSITIONAL_OR_KEYWORD]

def of_message(node):
    """Is this expression the properties of a message, as Kombu's transports call them?"""
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, ast.Constant) and node.slice.value == "properties"
    return "properties" in (getattr(node, "id", None), getattr(node, "attr", None))

def property_keys(tree):
    loops = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.For) and isinstance(node.iter, ast.Tuple):
            loops.setdefault(getattr(node.target, "id", None), []).extend(node.iter.elts)
    for node in ast.walk(tree):
        key = None
        if isinstance(node, ast.Subscript) and of_message(node.value):
            key = node.slice
        elif isinstance(node, ast.Call) and node.args and of_message(
                getattr(node.func, "value", None)):
            key = node.args[0]
        elif isinstance(node, ast.Compare) and of_message(node.comparators[0]):
            key = node.left
        yield from loops.get(key.id, []) if isinstance(key, ast.Name) else [key]

# With the newest Kombu that the release takes: what a transport reads is no mistake in any of them.
transport_files = pathlib.Path(kombu.transport.__file__).parent.rglob("*.py")
transport_reads = sorted({key.value for path in transport_files
                          for key in property_keys(ast.parse(path.read_text("utf-8")))
                          if isinstance(key, ast.Constant) and isinstance(key.value, str)})
transports = {alias: target() if callable(target) else target
              for alias, target in TRANSPORT_ALIASES.items()}

def chord_kind(path):
    """How a backend learns that a chord's header is done: refused where it takes no chords, polled
    where a task of its own asks again and again, counted where each task of the header tells."""
    module, _, name = path.replace(":", ".").rpartition(".")
    try:
        cls = getattr(importlib.import_module(module), name)
    except ImportError:
        return None
    if issubclass(cls, base.DisabledBackend):
        return "refused"
    try:
        cls.ensure_chords_allowed(None)
    except NotImplementedError:
        return "refused"
    told = cls.on_chord_part_return not in (
        base.BaseBackend.on_chord_part_return, base.KeyValueStoreBackend.on_chord_part_return)
    return "counted" if told or getattr(cls, "implements_incr", False) else "polled"

chords = {path.replace(":", ".").split(".")[2]: chord_kind(path)
          for path in backends.BACKEND_ALIASES.values()}
print(json.dumps({
    "kombu": kombu.__version__,
    "settings": settings,
    "transports": sorted(map(list, transports.items())),
    "backends": sorted(map(list, backends.BACKEND_ALIASES.items())),
    "app_keywords": [[name] for name in parameters(Celery.__init__)],
    "from_config": list(map(list, task.Task.from_config)),
    "task_attributes": attributes,
    "task_methods": methods,
    "task_retry": [[name] for name in dict.fromkeys(retrying.asked) if not name.startswith("_")],
    "task_decorator": [[name] for name in sorted(created)],
    "task_execution": [[name] for name in executed],
    "send_options": [[name] for name in sorted(sent)],
    "call_parameters": orders,
    "documented_options": [[name] for name in documented if name not in ("args", "kwargs")],
    "message_properties": [[name] for name in sorted(sent - taken)],
    "transport_properties": [[name] for name in transport_reads],
    "chords": [[name, kind] for name, kind in sorted(chords.items()) if kind],
}))
'''
FORMER_PROBE = """
import json
from celery.app import defaults
print(json.dumps(sorted(name for name, _ in defaults.flatten(defaults.NAMESPACES))))
"""
TABLES = (
    "settings",
    "transports",
    "backends",
    "app_keywords",
    "from_config",
    "task_attributes",
    "task_methods",
    "task_retry",
    "task_decorator",
    "task_execution",
    "send_options",
    "call_parameters",
    "documented_options",
    "message_properties",
    "transport_properties",
    "chords",
)


def main() -> None:
    """Probe every release and write the file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("workdir", type=Path)
    parser.add_argument("--python", action="append", default=[], metavar="SERIES=INTERPRETER")
    arguments = parser.parse_args()
    interpreters = dict(each.split("=", 1) for each in arguments.python)
    answers: dict[str, Any] = {}
    for release, extra in RELEASES.items():
        interpreter = interpreters.get(release.rpartition(".")[0], sys.executable)
        python = environment(arguments.workdir / release, interpreter, release, extra)
        answers[release] = json.loads(_run(python, "-c", PROBE))
    interpreter = interpreters.get(".".join(FORMER.split(".")[:2]), sys.executable)
    python = environment(arguments.workdir / FORMER, interpreter, FORMER, ())
    former = json.loads(_run(python, "-c", FORMER_PROBE))
    OUTPUT.write_text(render(answers, releases(), former), encoding="utf-8")


def environment(folder: Path, interpreter: str, release: str, extra: Iterable[str]) -> str:
    """A virtual environment with that Celery and the Kombu that pip resolves for it; its
    interpreter.
    """
    python = folder / "bin" / "python"
    if not python.exists():
        _run(interpreter, "-m", "venv", str(folder))
        _run(str(python), "-m", "pip", "install", "--quiet", _wanted(release), *extra)
    return str(python)


def _wanted(release: str) -> str:
    """What is installed: with the libraries without which backends cannot be imported."""
    return f"celery[redis,sqlalchemy]=={release}"


def releases() -> list[str]:
    """Every final release of Celery from 3.1 on, oldest first, as the package index lists them."""
    listing = _run(sys.executable, "-m", "pip", "index", "versions", "celery")
    found = re.findall(r"\d+(?:\.\d+)+(?=,|\s|$)", listing.split("Available versions:")[1])
    numbers = {tuple(map(int, each.split("."))) for each in found}
    return [".".join(map(str, each)) for each in sorted(numbers) if each >= OLDEST_RECOGNISED]


def render(answers: Mapping[str, Mapping[str, Any]], released: list[str], former: list[str]) -> str:
    """The JSON text: one row per line; a row ends with the bits of the series that it holds for."""
    settings = [row for answer in answers.values() for row in answer["settings"]]
    known = {name for row in settings for name in row[:2]}
    head = {
        "releases": released,
        "probed": [[release, answer["kombu"]] for release, answer in answers.items()],
        "former": [name for name in former if name not in known],
    }
    parts = [f"{json.dumps(key)}:{_compact(value)}" for key, value in head.items()]
    for table in TABLES:
        masks: dict[str, int] = {}
        for bit, answer in enumerate(answers.values()):
            for row in answer[table]:
                masks[_compact(row)] = masks.get(_compact(row), 0) | 1 << bit
        rows = [_compact([*json.loads(row), mask]) for row, mask in sorted(masks.items())]
        parts.append(f"{json.dumps(table)}:[\n" + ",\n".join(rows) + "\n]")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"))


def _run(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


if __name__ == "__main__":
    main()
