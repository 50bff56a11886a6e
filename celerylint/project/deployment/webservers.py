"""Web servers that run each request in a greenlet: gunicorn's gevent and eventlet workers, uWSGI's
gevent mode, and what patches the standard library itself.

Sources: gunicorn's settings (worker_class, config, preload_app, GUNICORN_CMD_ARGS), uWSGI's gevent
documentation, `gevent.monkey`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from celerylint.facts.manifests.classify import dev_marker
from celerylint.findings import Span
from celerylint.patterns import regex
from celerylint.project.choices import settle
from celerylint.project.deployment import unit_facts
from celerylint.project.deployment.argv import Arg
from celerylint.project.deployment.chains import Served, tidy
from celerylint.project.deployment.manifest_files import Files
from celerylint.project.libraries.patched_servers import library_of
from celerylint.project.process import Chosen, WebServer
from celerylint.project.values import Literal

_SECTION = regex(r"^\[(\w+)", re.MULTILINE)


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
            library = library_of(known)
        else:
            library = "gevent" if known is not None else ""
        place = known or Chosen(Literal(each.name), "option", each.word.span)
        chain = tidy((*each.situation.chain, each.word.span))
        yield WebServer(
            each.name, library, place, role, _serves(each.args), known is not None, chain
        )


def _gunicorn(served: Served) -> Sequence[Arg]:
    """Its words, behind those of GUNICORN_CMD_ARGS."""
    import shlex

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
