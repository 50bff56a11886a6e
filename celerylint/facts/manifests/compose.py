"""Compose files: each service is a unit, with what its own file says.

`extends`, `include`, override files and image defaults are named here and joined by the linker.
Source: the Compose specification (services, deploy, build, interpolation, merge).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from celerylint.facts.manifests import interpolation
from celerylint.facts.manifests.model import (
    Build,
    Command,
    EnvFile,
    Manifest,
    Unit,
    Variable,
    manifest,
)
from celerylint.facts.manifests.shell import split
from celerylint.facts.manifests.words import Text, Word, join
from celerylint.facts.manifests.yaml_lines import stray_units
from celerylint.facts.manifests.yaml_nodes import Mapping, Node, Scalar, Sequence
from celerylint.facts.manifests.yaml_text import Entry, YamlFile, is_null

_EXTRA = (
    "container_name",
    "platform",
    "pid",
    "network_mode",
    "hostname",
    "scale",
    "pull_policy",
    "read_only",
)


def read(path: str, text: str) -> Manifest:
    """The services of a compose file (of version 1 too, where they stand at the top)."""
    file = YamlFile(text)
    reader = _Reader(file)
    units: list[Unit] = []
    includes: list[Word] = []
    for root in file.documents:
        services = file.get(root, "services")
        entries = file.entries(services) if services else _version_1(file, root)
        units.extend(reader.service(entry) for entry in entries)
        includes += reader.includes(file.get(root, "include"))
    units += stray_units(file)
    return manifest(
        path,
        "compose",
        text,
        units=tuple(units),
        includes=tuple(includes),
        problems=file.problems,
    )


def _version_1(file: YamlFile, root: Node) -> Iterator[Entry]:
    for entry in file.entries(root):
        started = file.get(entry.value, "image") or file.get(entry.value, "build")
        if started is not None and not entry.name.startswith("x-"):
            yield entry


class _Reader:
    def __init__(self, file: YamlFile) -> None:
        self._file = file

    def service(self, entry: Entry) -> Unit:
        file, node = self._file, entry.value
        deploy = file.get(node, "deploy")
        limits = file.get(deploy, "resources", "limits")
        fields: dict[str, Any] = {
            "replicas": self._word(deploy, "replicas") or self._word(node, "scale"),
            "user": self._word(node, "user"),
            "workdir": self._word(node, "working_dir"),
            "stop_grace": self._word(node, "stop_grace_period"),
            "stop_signal": self._word(node, "stop_signal"),
            "restart": self._word(node, "restart")
            or self._word(deploy, "restart_policy", "condition"),
            "init": self._word(node, "init"),
            "image": self._word(node, "image"),
            "cpus": self._word(limits, "cpus") or self._word(node, "cpus"),
            "memory": self._word(limits, "memory") or self._word(node, "mem_limit"),
        }
        return Unit(
            entry.name,
            entry.key.start,
            entry.key.end,
            kind="service",
            commands=tuple(self._commands(node)),
            env=self.variables(file.get(node, "environment")),
            env_files=tuple(self._env_files(file.get(node, "env_file"))),
            healthcheck=self._healthcheck(file.get(node, "healthcheck", "test")),
            mounts=tuple(self._pairs(file.get(node, "volumes"), "source")),
            ports=tuple(self._pairs(file.get(node, "ports"), "published")),
            profiles=self._list(file.get(node, "profiles")),
            build=self._build(file.get(node, "build")),
            extends=self._extends(file.get(node, "extends")),
            extra=tuple(self._extra(node, deploy)),
            maybe=tuple(self._maybe(entry)),
            **fields,
        )

    def _text(self, node: Node | None) -> Text | None:
        text = self._file.text(node)
        return None if text is None else interpolation.compose(text)

    def _word(self, node: Node | None, *path: str) -> Word | None:
        text = self._text(self._file.get(node, *path))
        return None if text is None else text.word()

    def _list(self, node: Node | None) -> tuple[Word, ...]:
        """The items of a list (or a lone scalar) as words."""
        return self._file.words(node, interpolation.compose)

    def _commands(self, node: Node) -> Iterator[Command]:
        for role in ("entrypoint", "command"):
            value = self._file.get(node, role)
            if value is None or is_null(value) or value.tag == "!reset":
                continue
            conditions = self._file.blanked.conditions(value.start)
            where = (role, value.start, value.end)
            if isinstance(value, Sequence):
                yield Command("exec", *where, words=self._list(value), conditions=conditions)
            elif (text := self._text(value)) is not None:
                yield Command("split", *where, words=split(text), conditions=conditions)

    def _healthcheck(self, node: Node | None) -> Command | None:
        if node is None or is_null(node):
            return None
        where = ("healthcheck", node.start, node.end)
        if isinstance(node, Scalar):
            return Command("shell", *where, script=self._text(node), interpreter="/bin/sh -c")
        words = self._list(node)
        kind = words[0].literal() if words else None
        if kind == "CMD-SHELL" and isinstance(node, Sequence) and len(node.items) > 1:
            script = self._text(node.items[1])
            return Command("shell", *where, script=script, interpreter="/bin/sh -c")
        return Command("exec", *where, words=words[1:] if kind == "CMD" else words)

    def variables(self, node: Node | None) -> tuple[Variable, ...]:
        """`environment:` and `args:` as a mapping or as a list of `K=V`."""
        if isinstance(node, Mapping):
            return tuple(self._variable(entry) for entry in self._file.entries(node))
        items = node.items if isinstance(node, Sequence) else [node]
        texts = (self._file.text(item) for item in items)
        return tuple(assignment(text, interpolate=True) for text in texts if text is not None)

    def _variable(self, entry: Entry) -> Variable:
        value = self._word(entry.value)
        reason = "" if value else _PASSED
        return Variable(entry.name, value, entry.key.start, entry.key.end, reason)

    def _env_files(self, node: Node | None) -> Iterator[EnvFile]:
        for item in node.items if isinstance(node, Sequence) else [node]:
            if isinstance(item, Mapping):
                path = self._word(item, "path")
                required = self._file.string(item, "required").lower()
                if path is not None:
                    yield EnvFile(path, required in ("false", "no", "off"))
            elif (path := self._word(item)) is not None:
                yield EnvFile(path)

    def _pairs(self, node: Node | None, first: str) -> Iterator[Word]:
        """Volumes and ports: short ones as written, long ones as "source:target"."""
        for item in node.items if isinstance(node, Sequence) else []:
            if not isinstance(item, Mapping):
                yield from self._list(item)
                continue
            left = self._text(self._file.get(item, first))
            right = self._text(self._file.get(item, "target"))
            if right is not None:
                yield joined(left, right).word() if left is not None else right.word()

    def _build(self, node: Node | None) -> Build | None:
        if isinstance(node, Mapping):
            return Build(
                self._word(node, "context"),
                self._word(node, "dockerfile"),
                self._word(node, "target"),
                self.variables(self._file.get(node, "args")),
            )
        context = self._word(node)
        return Build(context) if context is not None else None

    def _extends(self, node: Node | None) -> tuple[Word | None, Word] | None:
        service = self._word(node, "service") if isinstance(node, Mapping) else self._word(node)
        if service is None:
            return None
        return self._word(node, "file") if isinstance(node, Mapping) else None, service

    def includes(self, node: Node | None) -> Iterator[Word]:
        """The files of a top-level `include`."""
        for item in node.items if isinstance(node, Sequence) else [node]:
            yield from self._list(
                self._file.get(item, "path") if isinstance(item, Mapping) else item
            )

    def _extra(self, node: Node, deploy: Node | None) -> Iterator[tuple[str, Word]]:
        for name in _EXTRA:
            if (word := self._word(node, name)) is not None:
                yield name, word
        for name in ("mode", "endpoint_mode"):
            if (word := self._word(deploy, name)) is not None:
                yield f"deploy.{name}", word
        if (word := self._word(deploy, "restart_policy", "condition")) is not None:
            yield "deploy.restart_policy.condition", word
        needs = self._file.get(node, "depends_on")
        for word in self._list(needs):
            yield "depends_on", word
        for entry in self._file.entries(needs):
            yield "depends_on", Text.at(entry.name, entry.key.start).word()
        if (word := self._word(node, "healthcheck", "disable")) is not None:
            yield "healthcheck.disable", word
        for entry in self._file.entries(node):
            if entry.value.tag in ("!reset", "!override"):
                yield entry.value.tag, Text.at(entry.name, entry.key.start).word()
            elif entry.name == "develop":
                yield "develop", Text.at("develop", entry.key.start).word()

    def _maybe(self, service: Entry) -> Iterator[tuple[str, str]]:
        """The keys that stand under a template condition of their own; "" for the whole service."""
        blanked = self._file.blanked
        if not blanked.holes:
            return
        outer = blanked.conditions(service.key.start)
        if outer:
            yield "", outer[-1]
        for entry in self._file.entries(service.value):
            inner = blanked.conditions(entry.key.start)
            if len(inner) > len(outer):
                yield entry.name, inner[-1]


_PASSED = "passed through from the shell that starts compose"


def assignment(text: Text, interpolate: bool = False) -> Variable:
    """`NAME=value` as one string; without `=` the variable is passed through."""
    name, equals, _ = text.value.partition("=")
    start, end = text.start(0), text.end(len(name))
    if not equals:
        return Variable(name.strip(), None, start, end, _PASSED)
    value = text.cut(len(name) + 1)
    value = interpolation.compose(value) if interpolate else value
    return Variable(name.strip(), value.word(), start, end)


def joined(left: Text, right: Text) -> Text:
    """left:right, the colon placed behind what stands to its left."""
    end = left.end(len(left))
    return join((left, Text(":", ((0, end, 0),)), right))
