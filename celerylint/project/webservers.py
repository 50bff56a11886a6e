"""Web servers that run each request in a greenlet: gunicorn's gevent and eventlet workers, uWSGI's
gevent mode, and what patches the standard library itself.

Sources: gunicorn's settings (worker_class, config, preload_app, GUNICORN_CMD_ARGS), uWSGI's gevent
documentation, `gevent.monkey`.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Sequence

from celerylint.facts.manifests.classify import dev_marker
from celerylint.facts.syntax import Body, dotted
from celerylint.findings import Span
from celerylint.project import unit_facts
from celerylint.project.argv import Arg
from celerylint.project.chains import Served, tidy
from celerylint.project.choices import settle
from celerylint.project.machine import Machine
from celerylint.project.manifest_files import Files
from celerylint.project.modules import Module
from celerylint.project.process import Chosen, WebServer
from celerylint.project.values import Literal

LIBRARIES = ("gevent", "eventlet")
_CONFIGURATION = re.compile(r"(^|/|_)gunicorn[\w.-]*\.py$|(^|/)gunicorn/(conf|config)\w*\.py$")
_ENTRY = re.compile(r"(^|[/_])[wa]sgi\.py$")
_PATCHES = {"patch_all": "gevent", "monkey_patch": "eventlet"}
_SECTION = re.compile(r"^\[(\w+)", re.MULTILINE)


def from_commands(served: Iterable[Served]) -> Iterator[WebServer]:
    """The web servers that command lines start."""
    for each in served:
        role, _ = unit_facts.role(each.situation, each.word.span)
        if each.name == "gunicorn":
            chosen = _option(_gunicorn(each), ("-k", "--worker-class"))
            # The app is made before the worker patches anything, so that all greenlets share it.
            chosen = _option(each.args, ("--preload",), flag=True) or chosen
        else:
            patched = ("--gevent-monkey-patch", "--gevent-early-monkey-patch")
            gevent = _option(each.args, ("--gevent",))
            shared = _option(each.args, patched, flag=True) is None
            chosen = None if shared else gevent
        known = Chosen(settle(chosen.value), "option", chosen.span) if chosen else None
        if each.name == "gunicorn":
            library = _library(known)
        else:
            library = "gevent" if known is not None else ""
        place = known or Chosen(Literal(each.name), "option", each.word.span)
        chain = tidy((*each.situation.chain, each.word.span))
        yield WebServer(
            each.name, library, place, role, _serves(each.args), known is not None, chain
        )


def _gunicorn(served: Served) -> Sequence[Arg]:
    """Its words, behind those of GUNICORN_CMD_ARGS."""
    value = served.situation.environment.get("GUNICORN_CMD_ARGS")
    text = Chosen(value, "", served.word.span).text() if value is not None else None
    try:
        words = shlex.split(text or "")
    except ValueError:
        words = []
    span = value.span if value is not None and value.span is not None else served.word.span
    return [*(Arg(Literal(each), span) for each in words), *served.args]


def _option(args: Sequence[Arg], names: Sequence[str], flag: bool = False) -> Arg | None:
    """The value of the last of these options (the word itself, for a flag)."""
    found = None
    for number, arg in enumerate(args):
        prefix = arg.prefix()
        for name in names:
            if arg.text() == name:
                following = args[number + 1] if number + 1 < len(args) else None
                found = arg if flag else following
            elif prefix.startswith(f"{name}=") or (name == "-k" and re.match(r"-k\w", prefix)):
                found = arg.behind(len(name) + prefix.startswith(f"{name}="))
    return found


def _library(chosen: Chosen | None) -> str:
    text = chosen.text() if chosen is not None else None
    return next((each for each in LIBRARIES if each in (text or "")), "")


def _serves(args: Sequence[Arg]) -> str:
    """The module in `shop.wsgi:application` (gunicorn's last such word, or uWSGI's `--module`)."""
    words = [arg.text() or "" for arg in args]
    found = [each for each in words if re.fullmatch(r"[A-Za-z_][\w.]*(:\w+(\(.*\))?)?", each)]
    named = [each for each in found if ":" in each or each.endswith("wsgi")]
    return named[-1].partition(":")[0] if named else ""


def from_ini(files: Files) -> Iterator[WebServer]:
    """uWSGI's configuration files that switch its gevent mode and the patches on."""
    for path in files.paths:
        text = files.text(path) if path.endswith((".ini", ".uwsgi")) else None
        if not text or "[uwsgi]" not in text or "gevent" not in text:
            continue
        keys = dict(_ini(text))
        if "gevent" in keys and {"gevent-monkey-patch", "gevent-early-monkey-patch"} & keys.keys():
            line, value = keys["gevent"]
            chosen = Chosen(Literal(value), "unit", Span(path, line, 1, line, 7))
            role = "development" if dev_marker(path) else "production"
            yield WebServer("uwsgi", "gevent", chosen, role)


def _ini(text: str) -> Iterator[tuple[str, tuple[int, str]]]:
    """The keys of the section [uwsgi], each with its line and value."""
    section = ""
    for number, line in enumerate(text.splitlines(), 1):
        head = _SECTION.match(line)
        section = head[1] if head is not None else section
        key, equals, value = line.partition("=")
        if section == "uwsgi" and equals and not line.startswith(("#", ";")):
            yield key.strip(), (number, value.strip())


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
            if _library(chosen):
                yield WebServer("gunicorn", _library(chosen), chosen, role)
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
