"""Container definitions of Amazon ECS, as JSON or in CloudFormation, and package.json's scripts.

Source: the Amazon ECS task definition parameters; CloudFormation's AWS::ECS::TaskDefinition, where
the same keys begin with a capital.
"""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.facts.manifests import interpolation
from celerylint.facts.manifests.compose import joined
from celerylint.facts.manifests.json_text import json_file
from celerylint.facts.manifests.model import Command, EnvFile, Manifest, Unit, Variable, manifest
from celerylint.facts.manifests.words import Text, Word
from celerylint.facts.manifests.yaml_nodes import Mapping, Node, Scalar, Sequence
from celerylint.facts.manifests.yaml_text import Found, YamlFile, walk

_ROLES = (("entryPoint", "entrypoint"), ("command", "command"))


def read(path: str, text: str) -> Manifest:
    """The containers of a task definition, or the scripts of a package.json."""
    is_json = text.lstrip()[:1] in ("{", "[")
    file = json_file(text) if is_json else YamlFile(text)
    units: list[Unit] = []
    kind = "ecs"
    for root in file.documents:
        scripts = file.get(root, "scripts")
        if path.rpartition("/")[2].startswith("package.json") and scripts is not None:
            kind = "package-json"
            units += _scripts(file, scripts)
            continue
        for found in walk(file, root):
            if isinstance(_get(file, found.node, "image"), Scalar):
                units.append(_Container(file, found).unit())
    return manifest(path, kind, text, units=tuple(units), problems=file.problems)


def _get(file: YamlFile, node: Node | None, *path: str) -> Node | None:
    """What stands behind these keys, written as ECS or as CloudFormation does."""
    for name in path:
        capital = name[0].upper() + name[1:]
        found = file.get(node, name)
        node = found if found is not None else file.get(node, capital)
    return node


class _Container:
    def __init__(self, file: YamlFile, found: Found) -> None:
        self._file = file
        self._found = found
        self._node = found.node

    def unit(self) -> Unit:
        name = self._at("name")
        place = name or self._node
        word = self._word(name)
        return Unit(
            str(word) if word is not None else "",
            place.start,
            place.end,
            kind="container",
            commands=tuple(self._commands()),
            replicas=self._word(self._outer("desiredCount")),
            env=tuple(self._variables()),
            env_files=tuple(self._env_files()),
            user=self._word(self._at("user")),
            workdir=self._word(self._at("workingDirectory")),
            stop_grace=self._word(self._at("stopTimeout")),
            healthcheck=self._healthcheck(),
            init=self._word(self._at("linuxParameters", "initProcessEnabled")),
            mounts=tuple(self._mounts()),
            ports=tuple(self._ports()),
            image=self._word(self._at("image")),
            cpus=self._word(self._at("cpu")),
            memory=self._word(self._at("memory")),
            extra=tuple(self._extra()),
        )

    def _at(self, *path: str) -> Node | None:
        return _get(self._file, self._node, *path)

    def _outer(self, name: str) -> Node | None:
        found = (_get(self._file, node, name) for node in reversed(self._found.above))
        return next((node for node in found if node is not None), None)

    def _text(self, node: Node | None) -> Text | None:
        if node is not None and node.tag.startswith("!"):  # !Ref, !Sub: known at deployment only
            shown = self._file.source[node.start : node.end].strip()
            return interpolation.unknown(shown, node.start)
        text = self._file.text(node)
        return None if text is None else interpolation.terraform(text)

    def _word(self, node: Node | None) -> Word | None:
        text = self._text(node)
        return None if text is None else text.word()

    def _words(self, node: Sequence) -> tuple[Word, ...]:
        words = (self._word(item) for item in node.items)
        return tuple(word for word in words if word is not None)

    def _commands(self) -> Iterator[Command]:
        for key, role in _ROLES:
            value = self._at(key)
            if isinstance(value, Sequence):
                words = self._words(value)
                yield Command("exec", role, value.start, value.end, words=words)
            elif value is not None and (word := self._word(value)) is not None:
                # A string where ECS wants a list is one word; Terraform may put a list there.
                yield Command("exec", role, value.start, value.end, words=(word,))

    def _healthcheck(self) -> Command | None:
        value = self._at("healthCheck", "command")
        if not isinstance(value, Sequence) or not value.items:
            return None
        words = self._words(value)
        where = ("healthcheck", value.start, value.end)
        if words and words[0].literal() == "CMD-SHELL" and len(value.items) > 1:
            script = self._text(value.items[1])
            return Command("shell", *where, script=script, interpreter="/bin/sh -c")
        return Command("exec", *where, words=words[1:])

    def _items(self, key: str) -> list[Node]:
        value = self._at(key)
        return value.items if isinstance(value, Sequence) else []

    def _variables(self) -> Iterator[Variable]:
        for key, value_key in (("environment", "value"), ("secrets", "valueFrom")):
            for item in self._items(key):
                name = _get(self._file, item, "name")
                if name is None or (text := self._file.text(name)) is None:
                    continue
                secret = key == "secrets"
                value = None if secret else self._word(_get(self._file, item, value_key))
                reason = "kept in AWS" if secret else "" if value else "not a plain value"
                yield Variable(text.value, value, name.start, name.end, reason)

    def _env_files(self) -> Iterator[EnvFile]:
        for item in self._items("environmentFiles"):
            if (word := self._word(_get(self._file, item, "value"))) is not None:
                yield EnvFile(word)

    def _mounts(self) -> Iterator[Word]:
        for item in self._items("mountPoints"):
            left = self._text(_get(self._file, item, "sourceVolume"))
            right = self._text(_get(self._file, item, "containerPath"))
            if left is not None and right is not None:
                yield joined(left, right).word()

    def _ports(self) -> Iterator[Word]:
        for item in self._items("portMappings"):
            if (word := self._word(_get(self._file, item, "containerPort"))) is not None:
                yield word

    def _extra(self) -> Iterator[tuple[str, Word]]:
        values = {"family": self._outer("family"), "essential": self._at("essential")}
        values["requiresCompatibilities"] = self._outer("requiresCompatibilities")
        for name, value in values.items():
            items = value.items if isinstance(value, Sequence) else [value]
            for item in items:
                if (word := self._word(item)) is not None:
                    yield name, word


def _scripts(file: YamlFile, scripts: Node) -> Iterator[Unit]:
    if not isinstance(scripts, Mapping):
        return
    for entry in file.entries(scripts):
        text = file.text(entry.value)
        if text is not None:
            where = ("task", entry.value.start, entry.value.end)
            command = Command("shell", *where, script=text, interpreter="sh -c")
            place = (entry.key.start, entry.key.end)
            yield Unit(entry.name, *place, kind="script", commands=(command,))
