"""Platforms as a service: Render, Heroku, Cloud Foundry, DigitalOcean, Railway, app.json.

All commands are shell strings. Sources: Render's Blueprint specification, Heroku's heroku.yml and
app.json references, Cloud Foundry's app manifest reference, DigitalOcean's App Spec reference,
Railway's config-as-code reference.
"""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.facts.manifests import interpolation
from celerylint.facts.manifests.json_text import json_file
from celerylint.facts.manifests.model import Command, Manifest, Unit, Variable, manifest
from celerylint.facts.manifests.words import Text, Word
from celerylint.facts.manifests.yaml_nodes import Mapping, Node, Scalar, Sequence
from celerylint.facts.manifests.yaml_text import YamlFile

_RENDER = ("startCommand", "dockerCommand")
_DIGITAL_OCEAN = ("services", "workers", "jobs")


def read(path: str, text: str) -> Manifest:
    """The services, processes and workers of the file, whichever platform's it is."""
    is_json = text.lstrip()[:1] == "{"
    file = json_file(text) if is_json else YamlFile(text)
    reader = _Reader(file)
    units = [unit for root in file.documents for unit in reader.units(root)]
    shared = next((each for root in file.documents if (each := reader.shared(root))), None)
    return manifest(
        path, "platform", text, units=tuple(units), shared=shared, problems=file.problems
    )


class _Reader:
    def __init__(self, file: YamlFile) -> None:
        self._file = file

    def units(self, root: Node) -> Iterator[Unit]:
        file = self._file
        for item in self._items(root, "services"):
            if any(file.get(item, key) is not None for key in (*_RENDER, "envVars", "runtime")):
                yield self._render(item)
        for key in _DIGITAL_OCEAN:
            for item in self._items(root, key):
                if file.get(item, "run_command") is not None:
                    yield self._digital_ocean(item, key)
        for item in self._items(root, "applications"):
            yield from self._cloud_foundry(item)
        yield from self._heroku(file.get(root, "run"))
        for entry in file.entries(file.get(root, "formation")):
            replicas = self._word(file.get(entry.value, "quantity"))
            place = (entry.key.start, entry.key.end)
            yield Unit(entry.name, *place, kind="formation", replicas=replicas)
        yield from self._railway(root)

    def shared(self, root: Node) -> Unit | None:
        """What all processes get: app.json's `env`, DigitalOcean's `envs`."""
        env = (*self._mapped(self._file.get(root, "env")), *self._listed(root, "envs", "key"))
        return Unit("", root.start, root.start, kind="app", env=env) if env else None

    def _render(self, item: Node) -> Unit:
        file = self._file
        command = file.get(item, "startCommand") or file.get(item, "dockerCommand")
        return self._unit(
            item,
            file.string(item, "type"),
            command,
            replicas=file.get(item, "numInstances"),
            stop_grace=file.get(item, "maxShutdownDelaySeconds"),
            env=tuple(self._listed(item, "envVars", "key")),
        )

    def _digital_ocean(self, item: Node, kind: str) -> Unit:
        file = self._file
        return self._unit(
            item,
            kind.removesuffix("s"),
            file.get(item, "run_command"),
            replicas=file.get(item, "instance_count"),
            stop_grace=file.get(item, "termination", "grace_period_seconds"),
            env=tuple(self._listed(item, "envs", "key")),
        )

    def _cloud_foundry(self, item: Node) -> Iterator[Unit]:
        file = self._file
        env = tuple(self._mapped(file.get(item, "env")))
        count, memory = file.get(item, "instances"), file.get(item, "memory")
        command = file.get(item, "command")
        yield self._unit(item, "web", command, replicas=count, memory=memory, env=env)
        for process in self._items(item, "processes"):
            yield self._unit(
                process,
                file.string(process, "type"),
                file.get(process, "command"),
                replicas=file.get(process, "instances"),
                memory=file.get(process, "memory"),
                env=env,
                name=file.get(process, "type"),
            )

    def _heroku(self, run: Node | None) -> Iterator[Unit]:
        for entry in self._file.entries(run):
            command = self._file.get(entry.value, "command")
            if isinstance(entry.value, Scalar):
                command = entry.value
            yield self._unit(entry.value, "process", command, name=entry.key)

    def _railway(self, root: Node) -> Iterator[Unit]:
        deploy = self._file.get(root, "deploy")
        command = self._file.get(deploy, "startCommand")
        if deploy is not None and command is not None:
            replicas = self._file.get(deploy, "numReplicas")
            yield self._unit(deploy, "service", command, replicas=replicas)

    def _unit(
        self,
        item: Node,
        kind: str,
        command: Node | None,
        *,
        replicas: Node | None = None,
        stop_grace: Node | None = None,
        memory: Node | None = None,
        env: tuple[Variable, ...] = (),
        name: Node | None = None,
    ) -> Unit:
        place = name or self._file.get(item, "name") or item
        shown = self._word(place)
        return Unit(
            str(shown) if shown is not None else "",
            place.start,
            place.end,
            kind=kind,
            commands=tuple(self._commands(command)),
            replicas=self._word(replicas),
            stop_grace=self._word(stop_grace),
            memory=self._word(memory),
            env=env,
            image=self._word(self._file.get(item, "image")),
            workdir=self._word(self._file.get(item, "rootDir")),
        )

    def _commands(self, node: Node | None) -> Iterator[Command]:
        if isinstance(node, Sequence):  # heroku.yml: the words of one command
            words = self._file.words(node, interpolation.cloud_foundry)
            yield Command("exec", "command", node.start, node.end, words=words)
        elif node is not None and (script := self._text(node)) is not None:
            yield Command("shell", "command", node.start, node.end, script=script)

    def _items(self, node: Node, key: str) -> list[Node]:
        value = self._file.get(node, key)
        return value.items if isinstance(value, Sequence) else []

    def _mapped(self, env: Node | None) -> Iterator[Variable]:
        for entry in self._file.entries(env):
            value = entry.value
            if isinstance(value, Mapping):  # app.json: {description, value, required, generator}
                value = self._file.get(value, "value") or value
            word = self._word(value)
            place = (entry.key.start, entry.key.end)
            yield Variable(entry.name, word, *place, "" if word else "given at deployment")

    def _listed(self, node: Node, key: str, name_key: str) -> Iterator[Variable]:
        for item in self._items(node, key):
            name = self._file.get(item, name_key)
            if name is not None and self._file.string(name):
                word = self._word(self._file.get(item, "value"))
                reason = "" if word else "given at deployment"
                yield Variable(self._file.string(name), word, name.start, name.end, reason)

    def _text(self, node: Node | None) -> Text | None:
        text = self._file.text(node)
        return None if text is None else interpolation.cloud_foundry(text)

    def _word(self, node: Node | None) -> Word | None:
        text = self._text(node)
        return None if text is None else text.word()
