"""Ansible playbooks and task files: what their tasks run.

Source: the documentation of ansible.builtin.command, shell, systemd_service, supervisorctl and
community.docker.docker_container.
"""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.facts.manifests.model import Command, Manifest, Unit, Variable, manifest
from celerylint.facts.manifests.shell import split
from celerylint.facts.manifests.words import Word
from celerylint.facts.manifests.yaml_nodes import Mapping, Node, Scalar, Sequence
from celerylint.facts.manifests.yaml_text import Entry, YamlFile, walk

_BLOCKS = ("tasks", "pre_tasks", "post_tasks", "handlers", "block", "rescue", "always")
_PREFIXES = ("ansible.builtin.", "ansible.legacy.", "community.docker.")
_WORDS = ("hosts", "include_tasks", "import_tasks", "become", "register", "notify", "when", "roles")
_MODULES = ("command", "shell", "template", "copy", "systemd", "service", "docker_container")


def is_playbook(file: YamlFile, root: Node) -> bool:
    """Is this a list of plays or of tasks?"""
    items = root.items if isinstance(root, Sequence) else []
    return any(
        _bare(entry.name) in _WORDS + _MODULES for item in items for entry in file.entries(item)
    )


def read(path: str, text: str) -> Manifest:
    """The tasks of a playbook or task file that run a command."""
    return manifest_of(path, YamlFile(text))


def manifest_of(path: str, file: YamlFile) -> Manifest:
    """The facts of a file that `is_playbook`."""
    units: list[Unit] = []
    for root in file.documents:
        for found in walk(file, root):
            if len(found.keys) == 1 or (len(found.keys) > 1 and found.keys[-2] in _BLOCKS):
                units += _task(file, found.node)
    return manifest(path, "ansible", file.source, units=tuple(units), problems=file.problems)


def _bare(name: str) -> str:
    for prefix in _PREFIXES:
        name = name.removeprefix(prefix)
    return name


def _task(file: YamlFile, task: Mapping) -> Iterator[Unit]:
    for entry in file.entries(task):
        module = _bare(entry.name)
        if module in ("command", "shell"):
            command, workdir = _run(file, entry, module)
        elif module == "docker_container":
            command, workdir = _container(file, entry.value), None
        else:
            continue
        if command is None:
            continue
        name = file.word(file.get(task, "name"))
        place = name or entry.key
        yield Unit(
            str(name or module),
            place.start,
            place.end,
            kind=f"ansible {module}",
            commands=(command,),
            env=_environment(file, task, entry.value),
            user=file.word(file.get(task, "become_user")),
            workdir=workdir or file.word(file.get(task, "args", "chdir")),
            image=file.word(file.get(entry.value, "image")),
        )


def _run(file: YamlFile, entry: Entry, module: str) -> tuple[Command | None, Word | None]:
    """`command:` and `shell:`, free-form or with `cmd` or `argv`; and where they run."""
    value = entry.value
    argv = file.get(value, "argv")
    if isinstance(argv, Sequence):
        command = Command("exec", "task", argv.start, argv.end, words=file.words(argv))
        return command, file.word(file.get(value, "chdir"))
    inner = file.get(value, "cmd") if isinstance(value, Mapping) else value
    text = file.text(inner)
    if text is None or not isinstance(inner, Scalar):
        return None, None
    workdir = file.word(file.get(value, "chdir"))
    where = ("task", inner.start, inner.end)
    if module == "shell":
        return Command("shell", *where, script=text, interpreter="/bin/sh -c"), workdir
    return Command("split", *where, words=split(text)), workdir


def _container(file: YamlFile, value: Node) -> Command | None:
    command = file.get(value, "command")
    if isinstance(command, Sequence):
        words = file.words(command)
        return Command("exec", "command", command.start, command.end, words=words)
    text = file.text(command)
    if command is None or text is None:
        return None
    return Command("split", "command", command.start, command.end, words=split(text))


def _environment(file: YamlFile, task: Mapping, module: Node) -> tuple[Variable, ...]:
    entries = (*file.entries(file.get(task, "environment")), *file.entries(file.get(module, "env")))
    return tuple(
        Variable(entry.name, file.word(entry.value), entry.key.start, entry.key.end)
        for entry in entries
    )
