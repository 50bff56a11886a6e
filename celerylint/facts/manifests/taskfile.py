"""Taskfile.yml: each entry of `cmds` is a shell command of its own.

Source: go-task's Taskfile schema reference.
"""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.facts.manifests.model import Command, EnvFile, Manifest, Unit, Variable, manifest
from celerylint.facts.manifests.yaml_nodes import Mapping, Node, Scalar, Sequence
from celerylint.facts.manifests.yaml_text import Entry, YamlFile


def read(path: str, text: str) -> Manifest:
    """A unit for each task."""
    file = YamlFile(text)
    units: list[Unit] = []
    shared: Unit | None = None
    for root in file.documents:
        env, files = _variables(file, root), tuple(_dotenv(file, root))
        if env or files:
            shared = Unit("", root.start, root.start, kind="taskfile", env=env, env_files=files)
        units += [_task(file, entry) for entry in file.entries(file.get(root, "tasks"))]
    return manifest(
        path, "taskfile", text, units=tuple(units), shared=shared, problems=file.problems
    )


def _task(file: YamlFile, entry: Entry) -> Unit:
    task = entry.value
    listed = file.get(task, "cmds") or file.get(task, "cmd")
    if not isinstance(task, Mapping):  # `name: command` and `name: [commands]`
        listed = task
    items = listed.items if isinstance(listed, Sequence) else [listed]
    return Unit(
        entry.name,
        entry.key.start,
        entry.key.end,
        kind="task",
        commands=tuple(command for item in items for command in _commands(file, item)),
        env=_variables(file, task),
        env_files=tuple(_dotenv(file, task)),
        workdir=file.word(file.get(task, "dir")),
    )


def _commands(file: YamlFile, item: Node | None) -> Iterator[Command]:
    if isinstance(item, Mapping):
        item = file.get(item, "cmd") or file.get(item, "defer")
    text = file.text(item)
    if isinstance(item, Scalar) and text is not None:
        yield Command("shell", "task", item.start, item.end, script=text, interpreter="sh -c")


def _variables(file: YamlFile, node: Node) -> tuple[Variable, ...]:
    return tuple(
        Variable(
            entry.name,
            word := file.word(entry.value),
            entry.key.start,
            entry.key.end,
            "" if word else "what a command prints",
        )
        for entry in file.entries(file.get(node, "env"))
    )


def _dotenv(file: YamlFile, node: Node) -> Iterator[EnvFile]:
    for word in file.words(file.get(node, "dotenv")):
        yield EnvFile(word, True)
