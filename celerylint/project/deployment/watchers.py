"""Programs that run a command line given to them as one string, and restart it when files
change."""

from __future__ import annotations

from celerylint.facts.manifests.shell import split
from celerylint.project.deployment.argv import Arg
from celerylint.project.deployment.expansion import Surroundings, expand
from celerylint.project.values import Literal
from celerylint.structs import replace

_TARGETS = ("celery.__main__.main", "celery.bin.celery.main", "celery.__main__:main")
_VALUES = frozenset(
    ("--filter", "--target-type", "--ignore-paths", "--sigint-timeout", "--grace-period")
)


def watchfiles(args: list[Arg]) -> list[Arg] | None:
    """The command line of `watchfiles [options] TARGET [paths]`: TARGET is one, or names a function
    whose words `--args` gives. None where there is no target."""
    at, string = 1, None
    while at < len(args) and args[at].prefix().startswith("-"):
        at, string = _option(args, at, string)
    if at >= len(args):
        return None
    target = args[at]
    at += 1
    while at < len(args) and string is None:  # --args may stand behind the target
        at, string = _option(args, at, string)
    if target.text() not in _TARGETS:
        return split_word(target)
    return [renamed(target, "celery"), *(split_word(string) if string is not None else [])]


def _option(args: list[Arg], at: int, string: Arg | None) -> tuple[int, Arg | None]:
    text = args[at].text()
    if text == "--args" and at + 1 < len(args):
        return at + 2, args[at + 1]
    return at + (2 if text in _VALUES else 1), string


def nodemon(args: list[Arg]) -> list[Arg] | None:
    """The command line of `nodemon --exec STRING`."""
    for number, arg in enumerate(args[:-1]):
        if arg.text() in ("--exec", "-x"):
            return split_word(args[number + 1])
    return None


def renamed(arg: Arg, name: str) -> Arg:
    """The word as if it were `name`, in its place."""
    return replace(arg, value=Literal(name, site=arg.value.site), written=name, source=None)


def split_word(arg: Arg) -> list[Arg]:
    """A word that holds a whole command line, split by its quotes."""
    if arg.source is None:
        return [arg]
    home, text = arg.source
    return expand(split(text), Surroundings(), home)[0]
