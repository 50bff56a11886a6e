"""Dockerfile and Containerfile: stages with what they set, copy and start.

Source: the Dockerfile reference. Only this file is known: what a base image brings stays unsaid.
"""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.facts.manifests import json_array, shell
from celerylint.facts.manifests.docker_lines import Instruction, escape_character, instructions
from celerylint.facts.manifests.docker_stage import Draft
from celerylint.facts.manifests.lines import Grammar, value, values
from celerylint.facts.manifests.model import (
    Command,
    Copy,
    Manifest,
    Problem,
    Stage,
    Variable,
    manifest,
)
from celerylint.facts.manifests.templates import Blanked, blank, fill
from celerylint.facts.manifests.words import Text, Word, literal
from celerylint.patterns import regex
from celerylint.structs import replace

_KNOWN = frozenset(
    [
        "add",
        "arg",
        "cmd",
        "copy",
        "entrypoint",
        "env",
        "expose",
        "from",
        "healthcheck",
        "label",
        "maintainer",
        "onbuild",
        "run",
        "shell",
        "stopsignal",
        "user",
        "volume",
        "workdir",
    ]
)
_MOST = 3000
_PAIR = regex(r"([^\s=]+)=")
_NAME = regex(r"[^\s=]+")
_LEGACY = regex(r"([^\s=]+)\s+")
_FROM = regex(r"(\S+)(?:\s+[aA][sS]\s+(\S+))?")
_HEALTH = regex(r"[cC][mM][dD]\s+")
_LINKS = regex(r"\b(?:ln|cp)\s")


def read(path: str, text: str) -> Manifest:
    """Facts of a Dockerfile: a Stage for each FROM, with all that an earlier stage of the file
    gives it.

    A stage that continues an earlier one (`FROM base AS dev`) has its variables, copies, user,
    working
    directory and commands too; ENTRYPOINT takes an inherited CMD away. Variables stay (scope
    "build").
    """
    blanked = blank(text)
    problems: list[Problem] = []
    reader = _Reader(blanked, escape_character(blanked.text), problems)
    for number, instruction in enumerate(instructions(blanked.text, problems)):
        if number == _MOST:
            problems.append((instruction.line, f"only the first {_MOST} instructions are read"))
            break
        reader.add(instruction)
    stages = tuple(reader.stages())
    return manifest(path, "dockerfile", text, stages=stages, problems=tuple(problems[:5]))


class _Reader:
    def __init__(self, blanked: Blanked, escape: str, problems: list[Problem]) -> None:
        self.blanked = blanked
        self.words = Grammar(escape=escape, scope="build")
        self.whole = Grammar(stops="", escape=escape, scope="build")
        self.problems = problems
        self.args: list[Variable] = []
        self.drafts: list[Draft] = []
        self.named: dict[str, Draft] = {}
        self.complained = False

    def stages(self) -> Iterator[Stage]:
        for draft in self.drafts:
            yield draft.stage()

    def add(self, instruction: Instruction) -> None:
        name = instruction.name
        instruction = replace(instruction, rest=fill(instruction.rest, self.blanked))
        if name not in _KNOWN:
            self._complain(instruction, f"{name.upper()[:20]!r} is no Dockerfile instruction")
        elif name == "from":
            self._from(instruction)
        elif name == "arg" and not self.drafts:
            self.args += self._variables(instruction.rest)
        else:
            if not self.drafts:
                self._complain(instruction, "no FROM stands before this instruction")
                base = literal("", instruction.start, instruction.start)
                self.drafts.append(Draft("", base, base.start, base.end))
            self._inside(self.drafts[-1], instruction)

    def _complain(self, instruction: Instruction, message: str) -> None:
        if not self.complained:
            self.problems.append((instruction.line, message))
        self.complained = True

    def _from(self, instruction: Instruction) -> None:
        rest = instruction.rest
        match = _FROM.match(rest.value)
        if match is None:
            self._complain(instruction, "FROM names no image")
            return
        base = value(rest, 0, self.words).word(rest)
        group = 2 if match.group(2) else 1
        start, end = rest.start(match.start(group)), rest.end(match.end(group))
        draft = Draft(match.group(2) or "", base, start, end, args=list(self.args))
        parent = self.named.get((base.literal() or "").lower())
        if parent is not None:
            draft.inherit(parent)
        self.drafts.append(draft)
        if draft.name:
            self.named[draft.name.lower()] = draft

    def _inside(self, draft: Draft, instruction: Instruction) -> None:
        name, rest = instruction.name, instruction.rest
        if name in ("cmd", "entrypoint"):
            draft.start_with(name, self._command(draft, rest, name))
        elif name == "env":
            draft.set_env(self._variables(rest, legacy=True))
        elif name == "arg":
            draft.set_args(self._variables(rest))
        elif name == "workdir":
            draft.change_directory(value(rest, 0, self.whole).word(rest))
        elif name == "user":
            draft.user = value(rest, 0, self.whole).word(rest)
        elif name == "stopsignal":
            draft.stop_signal = value(rest, 0, self.whole).word(rest)
        elif name == "shell":
            items = json_array.strings(rest)
            draft.shell = " ".join(str(item) for item in items) if items else draft.shell
        elif name == "expose":
            draft.ports += [each.word(rest) for each in values(rest, self.words)]
        elif name == "healthcheck":
            self._healthcheck(draft, rest)
        elif name in ("copy", "add"):
            draft.copies += self._copies(draft, instruction)
        elif name == "run":
            draft.copies += self._links(draft, instruction)

    def _command(self, draft: Draft, rest: Text, name: str) -> Command:
        role = "command" if name == "cmd" else name
        start, end = rest.start(0), rest.end(len(rest.value))
        conditions = self.blanked.conditions(start)
        items = json_array.strings(rest)
        if items is not None:
            return Command("exec", role, start, end, words=items, conditions=conditions)
        interpreter = draft.shell
        return Command("shell", role, start, end, (), rest, interpreter, conditions)

    def _healthcheck(self, draft: Draft, rest: Text) -> None:
        match = _HEALTH.match(rest.value)
        if match is not None:
            draft.healthcheck = self._command(draft, rest.cut(match.end()), "healthcheck")
        elif rest.value.strip().lower() == "none":
            draft.healthcheck = None

    def _variables(self, rest: Text, legacy: bool = False) -> list[Variable]:
        old = _LEGACY.match(rest.value) if legacy else None
        if old is not None:
            word = value(rest, old.end(), self.whole).word(rest)
            return [Variable(old.group(1), word, rest.start(0), rest.end(old.end(1)))]
        found: list[Variable] = []
        at = 0
        while at < len(rest.value):
            if rest.value[at].isspace():
                at += 1
                continue
            pair = _PAIR.match(rest.value, at)
            bare = pair or _NAME.match(rest.value, at)
            name = (pair.group(1) if pair else bare.group()) if bare else ""
            start, end = rest.start(at), rest.end(at + max(len(name), 1))
            if pair is None:
                at += max(len(name), 1)
                found.append(Variable(name, None, start, end, "given when the image is built"))
                continue
            decoded = value(rest, pair.end(), self.words)
            found.append(Variable(name, decoded.word(rest), start, end))
            at = max(decoded.end, pair.end())
        return found

    def _copies(self, draft: Draft, instruction: Instruction) -> Iterator[Copy]:
        rest, name, workdir = instruction.rest, instruction.name, draft.directory or ""
        items = json_array.strings(rest)
        words = items or tuple(each.word(rest) for each in values(rest, self.words))
        if len(words) < 2:
            return
        target = words[-1]
        stage: Word | None = None
        for flag, text in instruction.flags:
            if flag == "from" and text.value:
                stage = value(text, 0, self.whole).word(text)
        heredocs = {each.start: each for each in instruction.heredocs}
        sources = tuple(word for word in words[:-1] if word.start not in heredocs)
        if sources:
            yield Copy(name, sources, target, stage, None, workdir)
        for each in instruction.heredocs:
            source = literal(each.name, each.start, each.end)
            body = fill(each.body, self.blanked)
            yield Copy(name, (source,), target, None, body, workdir)

    def _links(self, draft: Draft, instruction: Instruction) -> Iterator[Copy]:
        for script in (instruction.rest, *(each.body for each in instruction.heredocs)):
            if not _LINKS.search(script.value):
                continue
            words: list[Word] = []
            for token in (*shell.tokens(script), None):
                if isinstance(token, Word):
                    words.append(token)
                    continue
                link = _link(words, draft.directory or "")
                if link is not None:
                    yield link
                words = []


def _link(words: list[Word], workdir: str) -> Copy | None:
    """`ln -s A B` as a copy of kind "link", `cp A B` as one of kind "cp"."""
    spoken = [word.literal() or "" for word in words]
    program = spoken[0].rpartition("/")[2] if spoken else ""
    if program not in ("ln", "cp"):
        return None
    options = [each for each in spoken[1:] if each.startswith("-")]
    paths = [word for word, said in zip(words[1:], spoken[1:], strict=True) if said[:1] != "-"]
    if program == "cp":
        moved = any("t" in each.partition("=")[0] for each in options)  # the folder comes first
        plain = len(paths) > 1 and not moved
        return Copy("cp", tuple(paths[:-1]), paths[-1], workdir=workdir) if plain else None
    symbolic = any("s" in each for each in options if not each.startswith("--"))
    if len(paths) != 2 or not (symbolic or "--symbolic" in options):
        return None
    return Copy("link", (paths[0],), paths[1], workdir=workdir)
