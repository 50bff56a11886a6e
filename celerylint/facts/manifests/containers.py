"""Containers in Kubernetes-like YAML, with the pod and the workload around each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from celerylint.facts.manifests.compose import joined
from celerylint.facts.manifests.container_env import Change, Environment
from celerylint.facts.manifests.model import Command, Unit
from celerylint.facts.manifests.regions import level
from celerylint.facts.manifests.shell import split
from celerylint.facts.manifests.words import Tmpl, Word
from celerylint.facts.manifests.yaml_nodes import Mapping, Node, Scalar, Sequence
from celerylint.facts.manifests.yaml_text import Found, YamlFile, is_null, walk

_ROLES = (("command", "entrypoint"), ("args", "args"))
_SIGNS = ("image", "name", "env", "envFrom", "resources")
_LISTS = ("containers", "initContainers", "ephemeralContainers")
_PROBES = ("livenessProbe", "readinessProbe", "startupProbe")
_GRACE = "terminationGracePeriodSeconds"
_CONDITIONAL = (("replicas", "replicas", "template"), ("stop_grace", _GRACE, "containers"))
"""(field of a unit, its key, another key of the mapping that may have it)"""
RENDERS = "renders "
"""Begins what `maybe` says of a field that only a template's region may put there."""


def containers(file: YamlFile, root: Node, change: Change) -> Iterator[Unit]:
    """A unit for each container; `change` replaces what the format replaces in any string."""
    levels: dict[int, tuple[str, ...]] = {}
    for found in walk(file, root):
        if _is_container(file, found):
            yield _Container(file, found, change, levels).unit()


def _is_container(file: YamlFile, found: Found) -> bool:
    if len(found.keys) > 1 and found.keys[-2] in _LISTS and not found.keys[-1]:
        return True
    values = [file.get(found.node, key) for key, _ in _ROLES]
    if not any(isinstance(value, (Sequence, Scalar)) for value in values):
        return False
    return any(file.get(found.node, sign) is not None for sign in _SIGNS)


class _Container:
    def __init__(
        self, file: YamlFile, found: Found, change: Change, levels: dict[int, tuple[str, ...]]
    ) -> None:
        self._file = file
        self._levels = levels  # of the mappings that containers share, by their ids
        self._found = found
        self._node = found.node
        self._change = change
        self._env = Environment(file, found.node, change)

    def unit(self) -> Unit:
        file, node, found = self._file, self._node, self._found
        place, name = self._name()
        fields: dict[str, Any] = {
            "replicas": self._nearest("replicas") or self._nearest("parallelism"),
            "user": self._word(found.nearest(file, "securityContext", "runAsUser")),
            "workdir": self._word(file.get(node, "workingDir")),
            "stop_grace": self._nearest(_GRACE),
            "restart": self._word(found.nearest(file, "restartPolicy")),
            "image": self._word(file.get(node, "image")),
            "cpus": self._limit("cpu"),
            "memory": self._limit("memory"),
        }
        return Unit(
            name,
            place.start,
            place.end,
            kind=self._kind(),
            commands=(*self._commands(), *self._hooks()),
            env=self._env.variables,
            env_files=self._env.files,
            env_open=self._env.why,
            healthcheck=self._exec("healthcheck", "livenessProbe", "exec", "command"),
            mounts=tuple(self._mounts()),
            ports=tuple(self._ports()),
            extra=tuple(self._extra()),
            maybe=tuple(self._maybe(place)),
            **fields,
        )

    def _name(self) -> tuple[Node, str]:
        """The workload's name and its place, else the container's."""
        for above in (self._node, *reversed(self._found.above)):
            name = self._file.get(above, "metadata", "name")
            if self._file.get(above, "kind") is not None and name is not None:
                return name, str(self._word(name) or "")
        name = self._file.get(self._node, "name")
        return name or self._node, str(self._word(name) or "")

    def _kind(self) -> str:
        if "initContainers" in self._found.keys:
            return "initContainer"
        return self._file.string(self._found.nearest(self._file, "kind"))

    def _word(self, node: Node | None) -> Word | None:
        text = self._file.text(node)
        return None if text is None else self._change(text).word()

    def _commands(self) -> Iterator[Command]:
        file = self._file
        for key, role in _ROLES:
            value = file.get(self._node, key)
            if value is None:
                continue
            where = (role, value.start, value.end)
            conditions = file.blanked.conditions(value.start)
            if isinstance(value, Sequence):
                words = file.words(value, self._env.dependent)
                yield Command("exec", *where, words=words, conditions=conditions)
            elif (text := file.text(value)) is not None:
                words = split(self._env.dependent(text))
                yield Command("split", *where, words=words, conditions=conditions)
            elif rendered := file.rendered(self._node, key):
                word = Word((Tmpl(rendered[0], quoted=False),), value.start, value.end)
                yield Command("exec", *where, words=(word,), conditions=conditions)

    def _hooks(self) -> Iterator[Command]:
        """What runs beside the container's own process; the liveness probe is the healthcheck."""
        hook = self._exec("hook", "lifecycle", "preStop", "exec", "command")
        ready = self._exec("readiness", "readinessProbe", "exec", "command")
        started = self._exec("startup", "startupProbe", "exec", "command")
        yield from (command for command in (hook, ready, started) if command is not None)

    def _exec(self, role: str, *path: str) -> Command | None:
        value = self._file.get(self._node, *path)
        if not isinstance(value, Sequence):
            return None
        words = self._file.words(value, self._change)
        return Command("exec", role, value.start, value.end, words=words)

    def _nearest(self, key: str) -> Word | None:
        """A value of the pod or the workload, also one that a template puts below its key."""
        file = self._file
        for node in (self._node, *reversed(self._found.above)):
            entry = file.entry(node, key)
            if entry is not None and isinstance(node, Mapping):
                bodies = file.rendered(node, key) if is_null(entry.value) else ()
                if not bodies:
                    return self._word(entry.value)
                return Word((Tmpl(_whole(bodies[0])),), *file.extent(node, key), True)
        return None

    def _limit(self, name: str) -> Word | None:
        file = self._file
        word = self._word(file.get(self._node, "resources", "limits", name))
        if word is not None:
            return word
        return self._rendered("resources", f"limits.{name}")

    def _rendered(self, key: str, name: str) -> Word | None:
        """What a template puts below a key of the container, where it renders a whole mapping of
        the chart's values there."""
        start, end = self._file.extent(self._node, key)
        for body in self._file.rendered(self._node, key):
            path = _whole(body)
            text = f"{path}.{name}" if path.startswith((".Values.", "$.Values.")) else body
            return Word((Tmpl(text),), start, end, True)
        return None

    def _mounts(self) -> Iterator[Word]:
        file = self._file
        volumes = self._found.nearest(file, "volumes")
        hosts = {
            file.string(item, "name"): file.get(item, "hostPath", "path")
            for item in (volumes.items if isinstance(volumes, Sequence) else [])
        }
        for item in self._items("volumeMounts"):
            name = file.get(item, "name")
            left = file.text(hosts.get(file.string(name)) or name)
            right = file.text(file.get(item, "mountPath"))
            if left is not None and right is not None:
                yield joined(left, right).word()

    def _ports(self) -> Iterator[Word]:
        for item in self._items("ports"):
            if (word := self._word(self._file.get(item, "containerPort"))) is not None:
                yield word

    def _items(self, key: str) -> list[Node]:
        value = self._file.get(self._node, key)
        return value.items if isinstance(value, Sequence) else []

    def _extra(self) -> Iterator[tuple[str, Word]]:
        file = self._file
        values = {
            "container": file.get(self._node, "name"),
            "namespace": self._found.nearest(file, "metadata", "namespace"),
            "strategy.type": self._found.nearest(file, "strategy", "type"),
            "strategy.maxSurge": self._found.nearest(file, "strategy", "rollingUpdate", "maxSurge"),
            "hostNetwork": self._found.nearest(file, "hostNetwork"),
            "readOnlyRootFilesystem": file.get(
                self._node, "securityContext", "readOnlyRootFilesystem"
            ),
        }
        for probe in _PROBES:
            for key in ("periodSeconds", "timeoutSeconds"):
                values[f"{probe}.{key}"] = file.get(self._node, probe, key)
        for name, value in values.items():
            word = self._word(value)
            if word is None and name.endswith(".timeoutSeconds"):
                word = self._rendered(name.partition(".")[0], "timeoutSeconds")
            if word is not None:
                yield name, word

    def _maybe(self, place: Node) -> Iterator[tuple[str, str]]:
        """What stands under a template condition: the whole unit (""), or fields of it."""
        conditions = self._file.blanked.conditions
        outer = conditions(place.start)
        if outer:
            yield "", outer[-1]
        for field, key, sign in _CONDITIONAL:
            for node in (self._node, *reversed(self._found.above)):
                entry = self._file.entry(node, key)
                if entry is None or not isinstance(node, Mapping):
                    continue
                inner = conditions(entry.key.start)
                written = sum(isinstance(k, Scalar) and k.value == key for k, _ in node.pairs)
                if len(inner) > len(outer):
                    yield field, inner[-1] if written == 1 else f"one of {written}: {inner[-1]}"
                break
            else:
                above: Node | None = None
                for node in self._found.above:
                    if isinstance(node, Mapping) and self._file.entry(node, sign) is not None:
                        if id(node) not in self._levels:
                            self._levels[id(node)] = tuple(level(self._file, node, above))
                        for body in self._levels[id(node)]:
                            yield field, f"{RENDERS}{body}"
                    above = node


def _whole(body: str) -> str:
    """The path in `toYaml .Values.a | nindent 8` or `.Values.a | toYaml | nindent 8`."""
    return body.removeprefix("toYaml ").partition("|")[0].strip()
