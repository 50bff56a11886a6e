"""Terraform and Nomad: containers and tasks with a command, found by their shape.

Source: the documentation of Nomad's job specification, of ECS container definitions and of
Terraform's
Kubernetes and Cloud Run resources.
"""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.facts.manifests.hcl_nodes import Body, Items, Node, Parser, Scalar
from celerylint.facts.manifests.model import Command, Manifest, Problem, Unit, Variable, manifest
from celerylint.facts.manifests.words import Text, Word
from celerylint.structs import replace

_ENTRYPOINTS = ("entryPoint", "entrypoint", "entry_point")
_SHELL_COMMANDS = ("command", "start_command", "run_command", "startCommand")
_ABOVE = {
    "replicas": ("replicas", "count"),
    "stop_grace": ("stopTimeout", "kill_timeout", "termination_grace_period_seconds"),
    "stop_signal": ("kill_signal",),
    "user": ("user",),
}
_MOST = 500


def read(path: str, text: str) -> Manifest:
    """Facts of an HCL file: a unit for each object or block with a command, named by its `name`, or
    by
    the label of the nearest block.

    Interpolations are `Tmpl`; what is not written out is a word that may be several.
    """
    parser = Parser(text)
    found = parser.file()
    problems: tuple[Problem, ...] = ()
    if parser.unclosed:
        problems = ((text.count("\n") + 1, "a bracket, quote or here-document is never closed"),)
    units: list[Unit] = []
    for unit in _units(found, ()):
        units.append(unit)
        if len(units) == _MOST:
            break
    return manifest(path, "hcl", text, units=tuple(units), problems=problems)


def _units(body: Body, above: tuple[Body, ...]) -> Iterator[Unit]:
    around = (*above, body)
    commands = tuple(_commands(body))
    if commands:
        yield _unit(body, around, commands)
    for block in body.blocks:
        yield from _units(block, around)
    for node in body.attributes.values():
        yield from _inside(node, around)


def _inside(node: Node, around: tuple[Body, ...]) -> Iterator[Unit]:
    if isinstance(node, Body):
        yield from _units(node, around)
    elif isinstance(node, Items):
        for item in node.items:
            yield from _inside(item, around)


def _commands(body: Body) -> Iterator[Command]:
    attributes = body.attributes
    entry = next((attributes[key] for key in _ENTRYPOINTS if key in attributes), None)
    command, args = attributes.get("command"), attributes.get("args")
    if isinstance(entry, Items):
        yield _exec(entry, "entrypoint")
    if isinstance(command, Items):
        # Kubernetes' `command` is the entry point and `args` what follows; ECS has no `args`.
        kubernetes = isinstance(args, Items) or body.type in ("container", "containers")
        yield _exec(command, "entrypoint" if kubernetes else "command")
    elif isinstance(command, Scalar) and body.type == "config":
        following = args.items if isinstance(args, Items) else []
        end = args.end if isinstance(args, Items) else command.end
        words = tuple(_words([command, *following]))
        yield Command("exec", "command", command.start, max(end, command.end), words=words)
        return
    else:
        yield from _shell(body)
    if isinstance(args, Items):
        yield _exec(args, "args")


def _shell(body: Body) -> Iterator[Command]:
    for key in _SHELL_COMMANDS:
        node = body.attributes.get(key)
        if isinstance(node, Scalar) and node.string:
            yield Command("shell", "command", node.start, node.end, script=node.text)


def _exec(items: Items, role: str) -> Command:
    return Command("exec", role, items.start, items.end, words=tuple(_words(items.items)))


def _words(nodes: list[Node]) -> Iterator[Word]:
    for node in nodes:
        if isinstance(node, Scalar):
            yield _word(node)


def _word(node: Scalar) -> Word:
    return replace(node.text.word(), start=node.start, end=node.end, quoted=node.string)


def _unit(body: Body, around: tuple[Body, ...], commands: tuple[Command, ...]) -> Unit:
    name, start, end = _name(around)
    outer = next((each for each in reversed(around) if each.labels), None)
    # A Nomad task keeps its command in `config` and the rest one block above.
    owner = around[-2] if body.type == "config" and len(around) > 1 else body
    found = {field: _above(keys, around) for field, keys in _ABOVE.items()}
    resources = next((block for block in owner.blocks if block.type == "resources"), owner)
    environment = tuple(_environment(owner))
    return Unit(
        name,
        start,
        end,
        kind=outer.type if outer else "",
        commands=commands,
        env=environment,
        image=_field(body, "image"),
        workdir=_field(body, "workingDirectory", "working_dir", "work_dir"),
        cpus=_field(resources, "cpu"),
        memory=_field(resources, "memory"),
        replicas=found["replicas"],
        stop_grace=found["stop_grace"],
        stop_signal=found["stop_signal"],
        user=found["user"],
    )


def _name(around: tuple[Body, ...]) -> tuple[str, int, int]:
    for body in reversed(around):
        named = body.attributes.get("name")
        label: Text | None = named.text if isinstance(named, Scalar) else None
        if label is None and body.labels:
            label = body.labels[-1]
        if label is not None:
            return str(label.word()), label.start(0), label.end(len(label.value))
    return "", around[-1].start, around[-1].start


def _above(keys: tuple[str, ...], around: tuple[Body, ...]) -> Word | None:
    return next((word for body in reversed(around) if (word := _field(body, *keys))), None)


def _field(body: Body, *keys: str) -> Word | None:
    for key in keys:
        node = body.attributes.get(key)
        if isinstance(node, Scalar):
            return _word(node)
    return None


def _environment(body: Body) -> Iterator[Variable]:
    for key in ("environment", "env", "secrets"):
        node = body.attributes.get(key)
        if isinstance(node, Body):
            yield from _mapping(node)
        for item in node.items if isinstance(node, Items) else []:
            if isinstance(item, Body):
                yield from _entry(item)
    for block in body.blocks:
        if block.type == "env":
            yield from _entry(block) if "name" in block.attributes else _mapping(block)


def _mapping(body: Body) -> Iterator[Variable]:
    for name, node in body.attributes.items():
        start, end = body.places[name]
        yield Variable(name, _word(node) if isinstance(node, Scalar) else None, start, end)


def _entry(body: Body) -> Iterator[Variable]:
    """`{ name = "X", value = "y" }`; with `valueFrom` the value is kept elsewhere."""
    name, value = body.attributes.get("name"), _field(body, "value")
    if isinstance(name, Scalar):
        start, end = name.text.start(0), name.text.end(len(name.text.value))
        yield Variable(str(name.text.word()), value, start, end, "" if value else "kept elsewhere")
