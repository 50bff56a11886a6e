"""Walks through a shell script and says which commands it runs, with which words and variables.

Nothing is executed: a branch whose test is not known is walked both ways, and what the branches
leave behind differently becomes a choice.
"""

from __future__ import annotations

from collections.abc import Sequence

from celerylint.facts.manifests.shell_nodes import (
    AndOr,
    Assign,
    Block,
    Case,
    Function,
    Group,
    If,
    Loop,
    Node,
    Pipe,
    Simple,
    last_command,
)
from celerylint.facts.manifests.shell_structure import structure
from celerylint.facts.manifests.words import Text, Word
from celerylint.project.choices import join, one_of
from celerylint.project.deployment import shell_builtins
from celerylint.project.deployment.argv import Arg
from celerylint.project.deployment.conditions import UNKNOWN, YES, Outcome, arm_matches, judge
from celerylint.project.deployment.expansion import expand, text_of, value_of
from celerylint.project.deployment.place import Home
from celerylint.project.deployment.shell_frame import Frame, Run, Source, merge
from celerylint.project.deployment.wrapper_table import NEVER
from celerylint.project.values import Default, Literal, Unknown, Value

_DEEPEST_CALL = 8
_MOST_RUNS = 1000


class Walker:
    """Walks one script; `settled`: the environment is that of a known unit, so that a variable that
    nothing sets has its default."""

    def __init__(self, home: Home, settled: bool, source: Source | None = None) -> None:
        self.home = home
        self.settled = settled
        self.source = source
        self.runs: list[Run] = []
        self.last: Simple | None = None

    def walk(self, text: Text, frame: Frame) -> list[Run]:
        """The commands of a script, in order. Never raises; at most 1000."""
        block = structure(text)
        self.last = last_command(block)
        self.block(block, frame)
        return self.runs

    def inside(self, home: Home, text: Text, frame: Frame) -> None:
        """Walks another text in the same shell: what is sourced or evaluated."""
        if frame.depth >= _DEEPEST_CALL:
            return
        outer, last = self.home, self.last
        self.home, self.last = home, None
        frame.depth += 1
        self.block(structure(text), frame)
        frame.depth -= 1
        self.home, self.last = outer, last

    def block(self, block: Block, frame: Frame) -> Outcome:
        outcome = YES
        for item in block:
            if frame.ended or len(self.runs) >= _MOST_RUNS:
                break
            if item.background:
                inner = frame.copy()
                inner.background = True
                self.node(item.node, inner)
            else:
                outcome = self.node(item.node, frame)
        return outcome

    def node(self, node: Node, frame: Frame) -> Outcome:
        if isinstance(node, Simple):
            return self.simple(node, frame)
        if isinstance(node, AndOr):
            return self.and_or(node, frame)
        if isinstance(node, Pipe):
            return self.pipe(node, frame)
        if isinstance(node, If):
            self.branches(node, frame)
        elif isinstance(node, Case):
            self.case(node, frame)
        elif isinstance(node, Loop):
            self.loop(node, frame)
        elif isinstance(node, Function):
            frame.functions[node.name] = node.body
        elif isinstance(node, Group):
            return self.block(node.body, frame.copy() if node.subshell else frame)
        return UNKNOWN

    def pipe(self, node: Pipe, frame: Frame) -> Outcome:
        if len(node.nodes) == 1:
            return self.node(node.nodes[0], frame).negated()
        for each in node.nodes:
            inner = frame.copy()
            inner.piped = True
            self.node(each, inner)
        return UNKNOWN

    def and_or(self, node: AndOr, frame: Frame) -> Outcome:
        outcome = self.node(node.nodes[0], frame)
        for sign, following in zip(node.operators, node.nodes[1:], strict=True):
            if frame.ended:
                break
            wanted = sign == "&&"
            if outcome.holds is None and not outcome.test and wanted:
                outcome = self.node(following, frame)  # a command: taken to succeed
            elif outcome.holds is None or outcome.names:
                outcome = self.maybe(following, frame, outcome, wanted)
            elif outcome.holds is wanted:
                outcome = self.node(following, frame)
        return outcome

    def maybe(self, node: Node, frame: Frame, outcome: Outcome, wanted: bool) -> Outcome:
        """What `&&` and `||` run when the outcome before it is not certain."""
        if self.settled and outcome.holds is not None and outcome.holds is not wanted:
            return outcome
        inner = frame.copy()
        self.node(node, inner)
        by_default = outcome.names if outcome.holds is not None else ()
        left = [inner] if outcome.holds is wanted and self.settled else [inner, frame.copy()]
        merge(frame, [each for each in left if not each.ended] or [frame.copy()], by_default)
        return UNKNOWN

    def branches(self, node: If, frame: Frame) -> None:
        chosen: list[tuple[Block, str]] = []
        names: tuple[str, ...] = ()
        certain = False
        for test, body in node.branches:
            outcome = self.block(test, frame)
            if outcome.holds is not False or (outcome.names and not self.settled):
                chosen.append((body, self.written(test)))
            names += outcome.names
            certain = outcome.holds is True and (self.settled or not outcome.names)
            if certain:
                break
        if not certain:
            chosen.append((node.otherwise, f"not {self.written(node.branches[0][0])}"))
        self.alternatives(chosen, frame, names)

    def case(self, node: Case, frame: Frame) -> None:
        value = value_of(node.word, frame.around, self.home)
        chosen: list[tuple[Block, str]] = []
        names: tuple[str, ...] = ()
        for patterns, body in node.arms:
            outcome = arm_matches(value, patterns)
            if outcome.holds is not False or (outcome.names and not self.settled):
                shown = "|".join(str(each) for each in patterns)
                chosen.append((body, f"{node.word} = {shown}"))
            names += outcome.names
            if outcome.holds is True and (self.settled or not outcome.names):
                break
        else:
            chosen.append(((), ""))
        self.alternatives(chosen, frame, names)

    def alternatives(
        self, chosen: list[tuple[Block, str]], frame: Frame, names: tuple[str, ...]
    ) -> None:
        """Walks the branches that may be taken and merges what they leave behind."""
        frames = []
        for body, condition in chosen:
            inner = frame.under(condition if len(chosen) > 1 or names else "")
            self.block(body, inner)
            frames.append(inner)
        left = [each for each in frames if not each.ended]
        back = [each for each in frames if each.returned]
        if not left:
            frame.ended, frame.returned = bool(frames), bool(back)
            if back:
                merge(frame, back, ())
        else:
            merge(frame, left, names if len(chosen) == 1 else ())

    def loop(self, node: Loop, frame: Frame) -> None:
        inner = frame.copy()
        if node.name:
            variants = expand(node.words, frame.around, self.home)
            values = [arg.value for arg in variants[0]]
            inner.assign(node.name, one_of(values) if values else Unknown("a loop's variable"))
        inner.looped = True
        self.block(node.test, inner)
        self.block(node.body, inner)
        for name, value in inner.around.shell.items():
            if frame.around.shell.get(name) != value:
                frame.assign(name, Unknown(f"{name} is set in a loop"))

    def written(self, block: Block) -> str:
        """A test as its words stand in the file."""
        node = block[0].node if block else None
        while isinstance(node, (AndOr, Pipe)):
            node = node.nodes[0]
        return " ".join(str(word) for word in node.words) if isinstance(node, Simple) else ""

    def simple(self, node: Simple, frame: Frame) -> Outcome:
        if not node.words:
            for assign in node.assigns:
                self.assign(assign, frame)
            return YES
        tested = judge(node.words, frame.around, self.home)
        if tested is not None:
            return tested
        name = node.words[0].literal() or ""
        if name in shell_builtins.NAMES:
            self.effects(node.words, frame)
            return shell_builtins.run(name, node, frame, self)
        if name in frame.functions:
            return self.call(frame.functions[name], node.words[1:], frame)
        if name == "rm":
            paths = (text_of(each, frame.around, self.home) for each in node.words[1:])
            frame.removed |= {each for each in paths if each}
        if name in NEVER or len(self.runs) >= _MOST_RUNS:
            return UNKNOWN
        self.command(node, node.words, frame, executes=False)
        return UNKNOWN

    def effects(self, words: Sequence[Word], frame: Frame) -> None:
        """`: "${X:=d}"` sets X."""
        for word in words:
            value_of(word, frame.around, self.home)

    def call(self, body: Block, words: Sequence[Word], frame: Frame) -> Outcome:
        if frame.depth >= _DEEPEST_CALL:
            return UNKNOWN
        outer = frame.around.parameters
        frame.around.parameters = expand(words, frame.around, self.home)[0]
        frame.depth += 1
        self.block(body, frame)
        frame.come_back()
        frame.depth -= 1
        frame.around.parameters = outer
        return UNKNOWN

    def assign(self, assign: Assign, frame: Frame, export: bool = False) -> None:
        """Carries out one assignment."""
        if assign.items is not None:
            args = tuple(expand(assign.items, frame.around, self.home)[0])
            before = frame.around.arrays.get(assign.name, ()) if assign.append else ()
            frame.around.arrays[assign.name] = (*before, *args)
            return
        value = Literal("") if assign.value is None else self.assigned(assign, frame)
        frame.assign(assign.name, value, export)

    def assigned(self, assign: Assign, frame: Frame) -> Value:
        assert assign.value is not None
        value = value_of(assign.value, frame.around, self.home)
        if assign.append:
            return join([frame.around.shell.get(assign.name, Default(assign.name)), value])
        return value

    def command(
        self, node: Simple, words: Sequence[Word], frame: Frame, executes: bool
    ) -> list[list[Arg]]:
        """Notes a command that is no builtin."""
        environment = dict(frame.exported)
        for assign in node.assigns:
            if assign.value is not None:
                environment[assign.name] = value_of(assign.value, frame.around, self.home)
        variants = expand(words, frame.around, self.home)
        run = Run(
            variants,
            environment,
            frame.conditions,
            executes,
            node is self.last,
            frame.background,
            frame.piped,
            node.redirected,
            frame.looped,
            frame.workdir,
            frame.around.copy(),
            frame.trapped,
            frame.removed,
        )
        self.runs.append(run)
        return variants
