"""Visual Studio Code's launch.json and tasks.json: development only.

Source: VS Code's documentation on debugging (launch.json attributes) and on tasks.
"""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.facts.manifests.json_text import json_file
from celerylint.facts.manifests.model import Command, EnvFile, Manifest, Unit, Variable, manifest
from celerylint.facts.manifests.words import Word, literal
from celerylint.facts.manifests.yaml_nodes import Node, Scalar, Sequence
from celerylint.facts.manifests.yaml_text import YamlFile
from celerylint.patterns import regex

_CELERY = regex(r"-A.*|--app(=.*)?|worker|beat|flower|multi|events")


def read(path: str, text: str) -> Manifest:
    """The configurations and tasks of the file."""
    file = json_file(text)
    units: list[Unit] = []
    for root in file.documents:
        for item in _items(file.get(root, "configurations")):
            units += _configuration(file, item)
        for item in _items(file.get(root, "tasks")):
            units += _task(file, item)
    return manifest(
        path, "ide", text, dev="an IDE's file", units=tuple(units), problems=file.problems
    )


def _items(node: Node | None) -> list[Node]:
    return node.items if isinstance(node, Sequence) else []


def _configuration(file: YamlFile, node: Node) -> Iterator[Unit]:
    module, program = file.get(node, "module"), file.get(node, "program")
    args = file.get(node, "args")
    target = module or program
    if not isinstance(target, Scalar):
        return
    words = [file.word(target), *file.words(args)]
    if module is not None:
        python = (literal("python", module.start, module.start), literal("-m", module.start))
        words = [*python, *words]
    elif args is not None and _given_to_celery(words[1:]):
        # A start script of the project that hands its arguments to Celery.
        words = [literal("celery", args.start, args.start), *words[1:]]
    found = tuple(word for word in words if word is not None)
    command = Command("exec", "command", target.start, target.end, words=found)
    yield _unit(file, node, "name", "launch", command, node)


def _given_to_celery(words: list[Word | None]) -> bool:
    first = words[0] if words else None
    return first is not None and _CELERY.fullmatch(first.literal() or "") is not None


def _task(file: YamlFile, node: Node) -> Iterator[Unit]:
    command, args = file.get(node, "command"), file.get(node, "args")
    text = file.text(command)
    if command is None or text is None:
        return
    where = ("task", command.start, command.end)
    if args is None and file.string(node, "type") != "process":
        made = Command("shell", *where, script=text)
    else:
        made = Command("exec", *where, words=(text.word(), *file.words(args)))
    yield _unit(file, node, "label", "task", made, file.get(node, "options"))


def _unit(
    file: YamlFile, node: Node, name: str, kind: str, command: Command, options: Node | None
) -> Unit:
    label = file.get(node, name)
    place = label or node
    variables = tuple(
        Variable(entry.name, file.word(entry.value), entry.key.start, entry.key.end)
        for entry in file.entries(file.get(options, "env"))
    )
    env_file = file.word(file.get(options, "envFile"))
    program = file.word(file.get(node, "program"))
    return Unit(
        file.string(label) if label is not None else "",
        place.start,
        place.end,
        kind=kind,
        commands=(command,),
        env=variables,
        env_files=(EnvFile(env_file, True),) if env_file is not None else (),
        workdir=file.word(file.get(options, "cwd")),
        extra=(("program", program),) if program is not None else (),
    )
