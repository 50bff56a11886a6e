"""Continuous integration: the steps of GitHub, GitLab, CircleCI, Travis, Bitbucket and Azure.

What starts here is a worker for tests: development, whatever the path says.
"""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.facts.manifests.model import Command, Manifest, Unit, Variable, manifest
from celerylint.facts.manifests.words import Text, join
from celerylint.facts.manifests.yaml_nodes import Mapping, Node, Sequence
from celerylint.facts.manifests.yaml_text import Entry, Found, YamlFile, walk

_SCRIPTS = ("before_install", "install", "before_script", "script", "after_script", "run", "bash")
_ENVIRONMENTS = ("env", "variables", "environment")


def read(path: str, text: str) -> Manifest:
    """A unit for each step (or job) that runs a script."""
    file = YamlFile(text)
    units: list[Unit] = []
    shared: Unit | None = None
    for root in file.documents:
        variables = _variables(file, root)
        if variables and shared is None:
            shared = Unit("", root.start, root.start, kind="workflow", env=variables)
        for found in walk(file, root):
            for entry in file.entries(found.node):
                if entry.name in _SCRIPTS and "on" not in found.keys[:1]:
                    units += _step(file, found, entry)
    return manifest(
        path,
        "ci",
        text,
        dev="continuous integration",
        units=tuple(units),
        shared=shared,
        problems=file.problems,
    )


def _step(file: YamlFile, found: Found, entry: Entry) -> Iterator[Unit]:
    value: Node | None = entry.value
    if isinstance(value, Mapping):  # CircleCI: `run: {name, command}`
        value = file.get(value, "command")
    script = _script(file, value)
    if value is None or script is None:
        return
    names = (file.get(entry.value, "name"), file.get(found.node, "name"))
    label = next((node for node in names if file.string(node)), None)
    name = file.string(label) if label is not None else next(filter(None, reversed(found.keys)), "")
    place = label or entry.key
    interpreter = file.string(found.node, "shell")
    above = found.above if not found.keys else found.above[1:]
    env = [each for node in (*above, found.node) for each in _variables(file, node)]
    command = Command(
        "shell", "task", value.start, value.end, script=script, interpreter=interpreter
    )
    workdir = file.word(file.get(found.node, "working-directory"))
    yield Unit(
        name,
        place.start,
        place.end,
        kind="step",
        commands=(command,),
        env=tuple(env),
        workdir=workdir or file.word(file.get(found.node, "working_directory")),
    )


def _script(file: YamlFile, value: Node | None) -> Text | None:
    """A script, or the lines of one: they run one after the other in the same shell."""
    if not isinstance(value, Sequence):
        return file.text(value)
    pieces: list[Text] = []
    for item in value.items:
        text = file.text(item)
        if text is not None:
            end = text.end(len(text))
            pieces += [text, Text("\n", ((0, end, 0),))]
    return join(pieces) if pieces else None


def _variables(file: YamlFile, node: Node) -> tuple[Variable, ...]:
    return tuple(
        Variable(entry.name, file.word(entry.value), entry.key.start, entry.key.end)
        for key in _ENVIRONMENTS
        for entry in file.entries(file.get(node, key))
        if not isinstance(entry.value, (Mapping, Sequence))
    )
