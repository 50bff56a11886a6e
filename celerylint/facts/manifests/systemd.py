"""systemd units and drop-ins: what ExecStart runs, with which environment, and how it is stopped.

Source: systemd.syntax(7), systemd.service(5), systemd.exec(5), systemd.kill(5), systemd.unit(5).
"""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.facts.manifests.lines import spans
from celerylint.facts.manifests.model import (
    Command,
    EnvFile,
    Manifest,
    Problem,
    Unit,
    Variable,
    manifest,
)
from celerylint.facts.manifests.systemd_words import exec_words, items, specifiers
from celerylint.facts.manifests.templates import Blanked, blank, fill, template_name
from celerylint.facts.manifests.words import Text, TextBuilder, Word, literal
from celerylint.structs import dataclass, field

_EXEC = {"ExecStart", "ExecStartPre", "ExecStartPost", "ExecStop", "ExecStopPost", "ExecReload"}
_FIELDS = {
    "User": "user",
    "WorkingDirectory": "workdir",
    "TimeoutStopSec": "stop_grace",
    "TimeoutSec": "stop_grace",
    "KillSignal": "stop_signal",
    "Restart": "restart",
    "MemoryMax": "memory",
    "MemoryLimit": "memory",
    "CPUQuota": "cpus",
}


def read(path: str, text: str) -> Manifest:
    """Facts of a unit file: one unit of kind "service", named as the file; a drop-in has the name
    of its
    unit and kind "drop-in".

    Other keys of `[Service]` are in `extra` (so is `ExecStart` with an empty word where it is
    reset), and
    so is `WantedBy`.
    """
    blanked = blank(text)
    problems: list[Problem] = []
    draft = _Draft(blanked, problems)
    for section, key, offset, value in _assignments(blanked.text, problems):
        if section == "Service":
            draft.assign(key, offset, value)
        elif section == "Install" and key == "WantedBy":
            draft.extra.append((key, fill(value, blanked).word()))
    unit = draft.unit(path)
    return manifest(path, "systemd", text, units=(unit,), problems=tuple(problems[:5]))


@dataclass(slots=True)
class _Draft:
    blanked: Blanked
    problems: list[Problem]
    commands: list[Command] = field(default_factory=list)
    env: list[Variable] = field(default_factory=list)
    files: list[EnvFile] = field(default_factory=list)
    extra: list[tuple[str, Word]] = field(default_factory=list)
    fields: dict[str, Word] = field(default_factory=dict)
    maybe: list[tuple[str, str]] = field(default_factory=list)

    def assign(self, key: str, offset: int, raw: Text) -> None:
        """One assignment of [Service]; an empty one takes back the list so far."""
        text = fill(raw, self.blanked)
        conditions = self.blanked.conditions(offset)
        if conditions and key not in _EXEC:
            self.maybe.append((key, " and ".join(conditions)))
        if key in _EXEC:
            self._run(key, text, conditions)
        elif key == "Environment":
            self.env = [*self.env, *_variables(text)] if text.value else []
        elif key == "EnvironmentFile":
            self.files = [*self.files, _env_file(text)] if text.value else []
        elif key == "PassEnvironment":
            self.env += _passed(text)
        else:
            word = specifiers(text).word()
            if key == "WorkingDirectory":
                word = specifiers(text.cut(1) if text.value.startswith("-") else text).word()
            if key in _FIELDS:
                self.fields[_FIELDS[key]] = word
            self.extra.append((key, word))

    def _run(self, key: str, text: Text, conditions: tuple[str, ...]) -> None:
        if not text.value:
            self.commands = [each for each in self.commands if each.role != key]
            self.extra.append((key, literal("", text.start(0), text.start(0))))
            return
        for found in exec_words(text):
            if found.unclosed is not None and len(self.problems) < 5:
                line = self.blanked.text.count("\n", 0, found.unclosed) + 1
                self.problems.append((line, f"a quote in this {key} is never closed"))
            if found.words:
                start, end = found.words[0].start, found.words[-1].end
                command = Command("split", key, start, end, found.words, conditions=conditions)
                self.commands.append(command)

    def unit(self, path: str) -> Unit:
        """What the file says of its unit."""
        folder, _, name = template_name(path)[0].rpartition("/")
        kind = "service"
        if folder.endswith(".d"):
            name, kind = folder.rpartition("/")[2].removesuffix(".d"), "drop-in"
        return Unit(
            name,
            0,
            0,
            kind=kind,
            commands=tuple(self.commands),
            env=tuple(self.env),
            env_files=tuple(self.files),
            extra=tuple(self.extra),
            maybe=tuple(self.maybe),
            user=self.fields.get("user"),
            workdir=self.fields.get("workdir"),
            stop_grace=self.fields.get("stop_grace"),
            stop_signal=self.fields.get("stop_signal"),
            restart=self.fields.get("restart"),
            memory=self.fields.get("memory"),
            cpus=self.fields.get("cpus"),
        )


def _variables(text: Text) -> Iterator[Variable]:
    for item in items(text):
        name, equals, _ = item.text.value.partition("=")
        if equals and name:
            value = item.text.cut(len(name) + 1)
            start = item.text.start(0)
            word = specifiers(value).word(quoted=item.quoted)
            yield Variable(name, word, start, item.text.end(len(name)))


def _passed(text: Text) -> Iterator[Variable]:
    for item in items(text):
        start, end = item.text.start(0), item.text.end(len(item.text.value))
        yield Variable(item.text.value, None, start, end, "passed from the service manager")


def _env_file(text: Text) -> EnvFile:
    optional = text.value.startswith("-")
    path = text.cut(1) if optional else text
    return EnvFile(specifiers(path).word(), optional)


def _assignments(text: str, problems: list[Problem]) -> Iterator[tuple[str, str, int, Text]]:
    """(section, key, offset of the key, value) in order; continued lines are joined by a blank."""
    section = ""
    for start, logical in _logical_lines(text, problems):
        body = logical.value.strip()
        if body.startswith("[") and body.endswith("]"):
            section = body[1:-1]
            continue
        key, equals, _ = logical.value.partition("=")
        if equals and key.strip():
            yield section, key.strip(), start, logical.cut(len(key) + 1).strip()


def _logical_lines(text: str, problems: list[Problem]) -> Iterator[tuple[int, Text]]:
    builder, begin = TextBuilder(), -1
    number = 0
    for number, (start, end) in enumerate(spans(text), 1):  # noqa: B007 - named behind the loop
        line = text[start:end]
        if line.lstrip()[:1] in ("#", ";") or (begin < 0 and not line.strip()):
            continue
        if begin < 0:
            begin = start + len(line) - len(line.lstrip())
        continued = (len(line) - len(line.rstrip("\\"))) % 2 == 1
        builder.add(line[:-1] if continued else line, start)
        if continued:
            builder.add(" ", end - 1, end)
            continue
        yield begin, builder.build()
        builder, begin = TextBuilder(), -1
    if begin >= 0:
        problems.append((number, "the file ends in the middle of a continued line"))
        yield begin, builder.build()
