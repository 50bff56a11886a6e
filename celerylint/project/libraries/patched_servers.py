"""Which web servers run each request in a greenlet: those whose commands say so, or the code that
they serve, which patches the standard library.

Sources: gunicorn's settings (worker_class, preload_app), `gevent.monkey`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from celerylint.facts.manifests.classify import dev_marker
from celerylint.facts.syntax import Body, dotted
from celerylint.patterns import regex
from celerylint.project.choices import settle
from celerylint.project.interpreter.machine import Machine
from celerylint.project.modules import Module
from celerylint.project.process import Chosen, WebServer
from celerylint.project.values import Literal

LIBRARIES = ("gevent", "eventlet")
_CONFIGURATION = regex(r"(^|/|_)gunicorn[\w.-]*\.py$|(^|/)gunicorn/(conf|config)\w*\.py$")
_ENTRY = regex(r"(^|[/_])[wa]sgi\.py$")
_PATCHES = {"patch_all": "gevent", "monkey_patch": "eventlet"}


def library_of(chosen: Chosen | None) -> str:
    """gevent or eventlet, "" for any other choice of workers."""
    text = chosen.text() if chosen is not None else None
    return next((each for each in LIBRARIES if each in (text or "")), "")


def of_greenlets(machine: Machine, commands: Sequence[WebServer]) -> tuple[WebServer, ...]:
    """Those of greenlets; code that patches only where no command or setting says so."""
    all_of_them = (*commands, *_from_code(machine, commands))
    found = {each.chosen.span: each for each in all_of_them if each.library}
    named = any(each.program for each in found.values())
    return tuple(found[span] for span in sorted(found) if found[span].program or not named)


def _from_code(machine: Machine, commands: Sequence[WebServer]) -> Iterator[WebServer]:
    """What Python says: gunicorn's configuration, and modules for web servers that patch the
    standard library. A command that names its workers outdoes a configuration file."""
    explicit = any(each.program == "gunicorn" and each.explicit for each in commands)
    served = {each.serves for each in commands if each.serves}
    for path in sorted(machine.modules):
        module = machine.modules[path]
        if module.test:
            continue
        role = "development" if dev_marker(path) else "production"
        configures = _CONFIGURATION.search(path) is not None
        value = module.env.get("worker_class") if configures and not explicit else None
        if value is not None and not _true(module, "preload_app"):
            span = value.span or module.span(0, 0)
            chosen = Chosen(settle(value), "setting worker_class", span)
            if library_of(chosen):
                yield WebServer("gunicorn", library_of(chosen), chosen, role)
        if configures or _ENTRY.search(path) or module.name in served:
            for library, start, end in _patches(module.body):
                chosen = Chosen(Literal(library), "call", module.span(start, end))
                yield WebServer("", library, chosen, role, module.name)


def _true(module: Module, name: str) -> bool:
    value = module.env.get(name)
    return value is not None and value.may(bool)


def _patches(body: Body) -> Iterator[tuple[str, int, int]]:
    """The calls in a module's body that patch the standard library, where it imports who does."""
    imported = {node[3].partition(".")[0] for node in body if node[0] == "from"}
    imported |= {
        name.partition(".")[0] for node in body if node[0] == "import" for name, _ in node[3]
    }
    for node in body:
        call = node[3] if node[0] == "expr" and node[3][0] == "call" else None
        name = (dotted(call[3]) or "").rpartition(".")[2] if call is not None else ""
        library = _PATCHES.get(name)
        if call is not None and library is not None and library in imported:
            yield library, call[1], call[2]
