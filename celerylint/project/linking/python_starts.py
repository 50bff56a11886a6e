"""Celery processes that Python code starts: `app.worker_main([...])`, `os.execvp("celery", [...])`,
`subprocess.run(["celery", ...])`, and strings of such a command for `shlex.split`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from celerylint.project.combine import text_of
from celerylint.project.deployment.argv import Arg
from celerylint.project.interpreter.machine import Machine
from celerylint.project.interpreter.special import Here
from celerylint.project.libraries.celery_objects import AppMethod
from celerylint.project.libraries.records import StartRecord, World
from celerylint.project.objects import Arguments
from celerylint.project.values import Joined, Literal, Name, Site, Unknown, Value
from celerylint.project.values import Sequence as SequenceValue

# A function that holds one of these may start a process, and is followed for it.
WORDS = frozenset({"worker_main", "execvp", "execv", "execvpe", "subprocess", "shlex"})
_OF_APP = frozenset({"worker_main", "start"})
_SECOND = frozenset({"os.execvp", "os.execv", "os.execvpe", "os.execve"})
_FIRST = frozenset(
    {
        "subprocess.run",
        "subprocess.Popen",
        "subprocess.call",
        "subprocess.check_call",
        "subprocess.check_output",
        "shlex.split",
    }
)
_HOLE = "\N{OBJECT REPLACEMENT CHARACTER}"


def listener(
    world: World, machine: Machine, function: Value, arguments: Arguments, here: Here
) -> None:
    """A call stands here: keep it where it starts a Celery process."""
    if isinstance(function, AppMethod) and function.name in _OF_APP:
        argv = arguments.get(0, "argv")
        if argv is not None:
            _keep(world, here, StartRecord(here.site, argv, function.record, of_app=True))
    elif isinstance(function, Name) and function.dotted in _SECOND:
        argv = arguments.get(1, "args")
        if argv is not None:
            _keep(world, here, StartRecord(here.site, argv, None))
    elif isinstance(function, Name) and function.dotted in _FIRST and arguments.args:
        _keep(world, here, StartRecord(here.site, arguments.args[0], None))


def _keep(world: World, here: Here, record: StartRecord) -> None:
    world.starts.setdefault((here.scope.module.path, here.node[1]), record)


def command_lines(world: World, app_ids: Mapping[int, str]) -> list[list[Arg]]:
    """The command lines, with `celery` first, in the order of the files."""
    found = []
    for key in sorted(world.starts):
        record = world.starts[key]
        if record.site.file.test:
            continue
        args = list(_args(record.argv, record.site))
        if record.of_app:
            app = app_ids.get(id(record.app))
            front = ["celery", *(["-A", app] if app is not None else [])]
            args = [Arg(Literal(value=each), record.site.span) for each in front] + args
            args = _without_program(args, len(front))
        if _is_celery(args):
            found.append(args)
    return found


def _without_program(args: list[Arg], front: int) -> list[Arg]:
    """`worker_main(["celery", "worker", …])` names the program, as sys.argv would."""
    first = args[front].text() if len(args) > front else None
    return args[:front] + args[front + 1 :] if first == "celery" else args


def _is_celery(args: Sequence[Arg]) -> bool:
    words = [each.text() or "" for each in args[:3]]
    if not words:
        return False
    by_module = len(words) == 3 and words[1:] == ["-m", "celery"]
    return words[0].rpartition("/")[2] == "celery" or by_module


def _args(argv: Value, site: Site) -> Iterator[Arg]:
    if isinstance(argv, SequenceValue):
        for each in argv.items:
            yield Arg(each, (each.site or site).span)
        if argv.open:
            yield Arg(Unknown(reason="more words than were read"), site.span, open=True)
    elif isinstance(argv, Literal | Joined):
        yield from _split(argv, (argv.site or site))


def _split(command: Literal | Joined, site: Site) -> Iterator[Arg]:
    """The words of a command in one string; what is not known in it is a word of its own."""
    import shlex

    parts = command.parts if isinstance(command, Joined) else (command,)
    holes = [part for part in parts if text_of(part) is None]
    text = "".join(text_of(part) if text_of(part) is not None else _HOLE for part in parts)  # type: ignore[misc]
    try:
        words = shlex.split(text)
    except ValueError:
        return
    for word in words:
        if _HOLE not in word:
            yield Arg(Literal(value=word, site=site), site.span)
            continue
        value: Value = holes.pop(0) if word == _HOLE else Unknown(reason="put together of parts")
        yield Arg(value, site.span, open=word == _HOLE)
