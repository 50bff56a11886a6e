"""The structure of a shell script: simple commands inside lists, branches, loops and functions.

Reads any text: what does not fit the grammar is skipped, so that a broken script still gives its
commands. Source: POSIX.1-2017, Shell Command Language 2.9 and 2.10, and bash's manual.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from celerylint.facts.manifests.shell import Array, Op, Token, tokens
from celerylint.facts.manifests.shell_nodes import (
    AndOr,
    Assign,
    Block,
    Case,
    Function,
    Group,
    If,
    Item,
    Loop,
    Node,
    Pipe,
    Simple,
    assignment,
    without_number,
)
from celerylint.facts.manifests.words import Text, Word, literal
from celerylint.patterns import regex

_DEEPEST = 60


_NAME = regex(r"[A-Za-z_][\w.:-]*$")
_REDIRECTIONS = frozenset(("<", ">", ">>", "<<", "<<-", "<<<", "&>", "&>>", ">&", "<&", "<>", ">|"))
_DONE = frozenset(("done",))
_SEPARATORS = frozenset((";", "&", "\n"))
_BEGINNERS = _REDIRECTIONS | {"("}
_CLOSERS = frozenset(("then", "else", "elif", "fi", "do", "done", "esac", "}"))


@functools.lru_cache(maxsize=256)
def structure(text: Text) -> Block:
    """The commands of a script. Never raises; nesting below 60 levels is left out."""
    return _Parser(tokens(text)).block(frozenset(), 0)


class _Parser:
    def __init__(self, found: list[Token]) -> None:
        self.tokens = found
        self.at = 0

    def operator(self) -> str:
        """The operator at hand, "" where a word or the end is."""
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        return token.text if isinstance(token, Op) else ""

    def reserved(self) -> str:
        """The unquoted literal word at hand, "" where none is."""
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        return (token.literal() or "") if isinstance(token, Word) and not token.quoted else ""

    def skip(self, *texts: str) -> None:
        while self.operator() in texts:
            self.at += 1

    def expect(self, word: str) -> None:
        """Steps over a reserved word if it is at hand, separators before it included."""
        before = self.at
        self.skip(";", "\n")
        if self.reserved() == word:
            self.at += 1
        else:
            self.at = before

    def block(self, closers: frozenset[str], depth: int) -> Block:
        """Items up to one of the closers (not consumed) or the end."""
        items: list[Item] = []
        if depth > _DEEPEST:
            self.at = len(self.tokens)
        while self.at < len(self.tokens):
            operator, word = self.operator(), self.reserved()
            if operator in _SEPARATORS or (operator and operator not in closers | _BEGINNERS):
                self.at += 1  # a stray operator is stepped over as well
            elif operator in closers or word in closers:
                break
            elif word in _CLOSERS:
                self.at += 1  # closes nothing that was opened
            else:
                node = self.and_or(depth)
                if node is not None:
                    items.append(Item(node, self.operator() == "&"))
        return tuple(items)

    def and_or(self, depth: int) -> Node | None:
        nodes: list[Node] = []
        operators: list[str] = []
        while True:
            node = self.pipe(depth)
            if node is not None:
                nodes.append(node)
            if self.operator() not in ("&&", "||") or node is None:
                break
            operators.append(self.operator())
            self.at += 1
            self.skip("\n")
        single = nodes[0] if nodes else None
        joined = AndOr(tuple(nodes), tuple(operators[: len(nodes) - 1]))
        return joined if len(nodes) > 1 else single

    def pipe(self, depth: int) -> Node | None:
        negated = False
        while self.reserved() == "!":
            negated = not negated
            self.at += 1
        nodes: list[Node] = []
        while True:
            node = self.command(depth)
            if node is not None:
                nodes.append(node)
            if self.operator() not in ("|", "|&") or node is None:
                break
            self.at += 1
            self.skip("\n")
        single = len(nodes) == 1 and not negated
        return nodes[0] if single else (Pipe(tuple(nodes), negated) if nodes else None)

    def command(self, depth: int) -> Node | None:
        word = self.reserved()
        if self.operator() == "(":
            return self.parenthesis(depth)
        readers: dict[str, Callable[[int], Node]] = {
            "if": self.branches,
            "case": self.case,
            "while": self.loop,
            "until": self.loop,
            "for": self.each,
            "select": self.each,
            "{": self.braces,
            "function": self.function,
        }
        reader = readers.get(word)
        if reader is not None:
            node = reader(depth + 1)
            self.redirections()
            return node
        following = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else None
        if isinstance(following, Op) and following.text == "(" and _NAME.match(word):
            return self.function(depth + 1)
        return self.simple()

    def redirections(self) -> bool:
        found = False
        while self.operator() in _REDIRECTIONS:
            found = True
            self.at += 1
            if self.at < len(self.tokens) and isinstance(self.tokens[self.at], Word):
                self.at += 1
        return found

    def parenthesis(self, depth: int) -> Node:
        start = self.tokens[self.at]
        self.at += 1
        if self.operator() == "(" and self.tokens[self.at].start == start.end:
            return self.arithmetic()
        group = Group(self.block(frozenset((")",)), depth + 1), subshell=True)
        self.skip(")")
        self.redirections()
        return group

    def arithmetic(self) -> Simple:
        """`((...))`: a command whose words are what stands between."""
        start, level = self.tokens[self.at].start - 1, 1
        words = [literal("((", start, start + 2)]
        while self.at < len(self.tokens) and level:
            token = self.tokens[self.at]
            level += {"(": 1, ")": -1}.get(self.operator(), 0)
            if isinstance(token, Word):
                words.append(token)
            elif isinstance(token, Op) and token.text not in "()":
                words.append(literal(token.text, token.start, token.end))
            self.at += 1
        self.skip(")")
        return Simple((), tuple(words), False, start, self.tokens[self.at - 1].end)

    def branches(self, depth: int) -> If:
        found: list[tuple[Block, Block]] = []
        otherwise: Block = ()
        while self.reserved() in ("if", "elif"):
            self.at += 1
            test = self.block(frozenset(("then", "else", "elif", "fi")), depth)
            self.expect("then")
            found.append((test, self.block(frozenset(("else", "elif", "fi")), depth)))
        if self.reserved() == "else":
            self.at += 1
            otherwise = self.block(frozenset(("fi",)), depth)
        self.expect("fi")
        return If(tuple(found), otherwise)

    def loop(self, depth: int) -> Loop:
        kind = self.reserved()
        self.at += 1
        test = self.block(frozenset(("do", "done")), depth)
        return Loop(kind, "", (), test, self.body(depth))

    def body(self, depth: int) -> Block:
        self.expect("do")
        found = self.block(_DONE, depth)
        self.expect("done")
        return found

    def each(self, depth: int) -> Loop:
        kind = self.reserved()
        self.at += 1
        name = self.reserved()
        words: list[Word] = []
        while self.operator() not in (";", "\n") and self.reserved() != "do":
            if self.at >= len(self.tokens):
                break
            token = self.tokens[self.at]
            if isinstance(token, Word):
                words.append(token)
            self.at += 1
        inside = words[2:] if len(words) > 1 and words[1].literal() == "in" else []
        return Loop(kind, name, tuple(inside), (), self.body(depth))

    def braces(self, depth: int) -> Group:
        self.at += 1
        group = Group(self.block(frozenset(("}",)), depth), subshell=False)
        self.expect("}")
        return group

    def function(self, depth: int) -> Function:
        if self.reserved() == "function":
            self.at += 1
        name = self.reserved()
        self.at += 1
        self.skip("(", ")", "\n")
        node = self.command(depth) if depth <= _DEEPEST else None
        return Function(name, node.body if isinstance(node, Group) else ())

    def case(self, depth: int) -> Case:
        self.at += 1
        token = self.tokens[self.at] if self.at < len(self.tokens) else None
        word = token if isinstance(token, Word) else literal("")
        self.at += 1
        self.skip("\n")
        self.expect("in")
        arms = []
        while self.at < len(self.tokens):
            self.skip("\n", ";;", ";&", ";;&", ";", "(")
            if self.reserved() == "esac" or self.at >= len(self.tokens):
                break
            arms.append(self.arm(depth))
        self.expect("esac")
        return Case(word, tuple(arms))

    def arm(self, depth: int) -> tuple[tuple[Word, ...], Block]:
        patterns: list[Word] = []
        while self.at < len(self.tokens) and self.operator() not in (")", "\n"):
            token = self.tokens[self.at]
            if isinstance(token, Word):
                patterns.append(token)
            self.at += 1
        self.skip(")")
        return tuple(patterns), self.block(frozenset((";;", ";&", ";;&", "esac")), depth)

    def simple(self) -> Simple | None:
        first = self.tokens[self.at] if self.at < len(self.tokens) else None
        assigns: list[Assign] = []
        words: list[Word] = []
        redirected = False
        while self.at < len(self.tokens):
            token = self.tokens[self.at]
            if isinstance(token, Op):
                if self.redirections():
                    words = without_number(words, token.start)
                    redirected = True
                    continue
                if not words or words[0].literal() != "[[" or token.text == "\n":
                    break
                words.append(literal(token.text, token.start, token.end))
            elif isinstance(token, Array):
                found = (token.name, None, token.words, token.append, token.start, token.end)
                assigns.append(Assign(*found))
            elif not words and (assign := assignment(token)) is not None:
                assigns.append(assign)
            else:
                words.append(token)
                if words[0].literal() == "[[" and token.literal() == "]]" and not token.quoted:
                    self.at += 1
                    break
            self.at += 1
        if first is None or not (assigns or words or redirected):
            return None
        end = self.tokens[self.at - 1].end
        return Simple(tuple(assigns), tuple(words), redirected, first.start, end)
