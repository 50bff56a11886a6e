"""`/etc/default/celeryd` and its like: variables of which an init script makes `celery multi
start`."""

from __future__ import annotations

from celerylint.facts.manifests.model import Manifest, Variable
from celerylint.facts.manifests.words import Word, literal
from celerylint.project.deployment.argv import Arg
from celerylint.project.deployment.chains import Start
from celerylint.project.deployment.expansion import Surroundings, expand, value_of
from celerylint.project.deployment.place import Home
from celerylint.project.deployment.situation import Situation
from celerylint.project.deployment.units import Service
from celerylint.project.values import Literal

_OPTIONS = (
    ("CELERYD_PID_FILE", "--pidfile="),
    ("CELERYD_LOG_FILE", "--logfile="),
    ("CELERYD_LOG_LEVEL", "--loglevel="),
)


def celeryd_starts(manifest: Manifest) -> list[Start]:
    """The start that Celery's generic init script and systemd sample make of the file's variables.
    Source: extra/generic-init.d/celeryd and extra/systemd in Celery's repository."""
    known = {
        variable.name: variable
        for table in manifest.tables
        if table.kind == "celeryd"
        for variable in table.variables
    }
    named = [name for name in known if name.startswith("CELERYD_") or name == "CELERY_APP"]
    if not named or not ({"CELERYD_NODES", "CELERYD_OPTS", "CELERY_APP"} & known.keys()):
        return []
    home = Home.of(manifest)
    place = known.get("CELERY_BIN") or known[named[0]]
    args: list[Arg] = []
    if "CELERY_APP" in known:
        app = known["CELERY_APP"]
        args += [_fixed("-A", app, home), *_words(app, home)]
    args.append(_fixed("multi", place, home))
    args.append(_fixed("start", place, home))
    nodes = known.get("CELERYD_NODES")
    args += _words(nodes, home) if nodes is not None else [_fixed("celery", place, home)]
    for name, switch in _OPTIONS:
        if name in known and known[name].value is not None:
            args.append(_glued(switch, known[name], home))
    if "CELERYD_OPTS" in known:
        args += _words(known["CELERYD_OPTS"], home)
    situation = Situation(
        Service(tuple((manifest, unit) for unit in manifest.units[:1])) if manifest.units else None,
        None,
        Surroundings(),
        {},
        executes=False,
    )
    return [Start(_fixed("celery", place, home), tuple(args), situation)]


def _fixed(text: str, variable: Variable, home: Home) -> Arg:
    span = home.span(variable.start, variable.end)
    return Arg(Literal(text), span, written=text)


def _words(variable: Variable, home: Home) -> list[Arg]:
    """The words of a variable that the script uses unquoted."""
    from celerylint.facts.manifests.shell import split

    word = variable.value
    if word is None:
        return []
    text = word.source
    words: tuple[Word, ...] = split(text) if text is not None else (word,)
    return expand(words, Surroundings(), home)[0]


def _glued(switch: str, variable: Variable, home: Home) -> Arg:
    from celerylint.project.choices import join

    word = variable.value or literal("")
    value = join([Literal(switch), value_of(word, Surroundings(), home)])
    return Arg(value, home.span(word.start, word.end), written=f"{switch}{word}")
