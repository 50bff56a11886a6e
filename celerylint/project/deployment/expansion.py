"""What the parts of a word become in given surroundings: values, and the words of a command
line."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from celerylint.facts.manifests.words import Cmd, Lit, Part, Text, Tmpl, Var, Word
from celerylint.project.choices import join, one_of, readings, settle
from celerylint.project.deployment.argv import Arg
from celerylint.project.deployment.place import Home
from celerylint.project.values import Default, Joined, Literal, OneOf, Unknown, Value
from celerylint.structs import dataclass, field, replace

_MOST_VARIANTS = 8


@dataclass
class Surroundings:
    """Who replaces what: variables of the shell (with the process's environment in them), of the
    unit, of whoever starts the tool, of the image's build; templates; and the script's parameters.

    parameters is None where nobody says how the script is called.
    """

    shell: dict[str, Value] = field(default_factory=dict)
    arrays: dict[str, tuple[Arg, ...]] = field(default_factory=dict)
    unit: Mapping[str, Value] = field(default_factory=dict)
    outside: Mapping[str, Value] = field(default_factory=dict)
    build: Mapping[str, Value] = field(default_factory=dict)
    template: Callable[[str], Value | None] = lambda _: None
    parameters: list[Arg] | None = None
    script: str = ""

    def copy(self) -> Surroundings:
        """A subshell's or a branch's own copy."""
        parameters = None if self.parameters is None else list(self.parameters)
        return replace(
            self, shell=dict(self.shell), arrays=dict(self.arrays), parameters=parameters
        )


def value_of(word: Word, around: Surroundings, home: Home) -> Value:
    """The word as one value, whatever blanks its variables hold."""
    site = home.site(word.start, word.end)
    return join([_part(part, around, home, word) for part in word.parts], site)


def text_of(word: Word | None, around: Surroundings, home: Home) -> str | None:
    """The word's text where nothing can change it but defaults; None otherwise."""
    found = readings(settle(value_of(word, around, home))) if word is not None else []
    return found[0][0] if len(found) == 1 else None


def _part(part: Part, around: Surroundings, home: Home, word: Word) -> Value:
    site = home.site(word.start, word.end)
    if isinstance(part, Lit):
        return Literal(part.text, site=site)
    if isinstance(part, Var):
        found = _operate(part, _variable(part, around), around, home, word)
        return found if found.site is not None else found.at(site)
    if isinstance(part, Tmpl):
        rendered = around.template(part.text)
        return rendered if rendered is not None else Unknown(f"template: {part.text}", site=site)
    if isinstance(part, Cmd):
        return Unknown(f"output of {part.text}", site=site)
    return Unknown(part.text, site=site)


def _variable(part: Var, around: Surroundings) -> Value:
    name = part.name
    if part.scope == "unit":
        return around.unit.get(name, Default(name))
    if part.scope == "outside":
        return around.outside.get(name, Default(name))
    if part.scope == "build":
        return around.build.get(name, Default(name))
    if part.scope != "shell":
        return Unknown(f"{part.scope} variable {name}")
    if name.isdigit():
        return _parameter(int(name), around)
    known = around.parameters
    if name == "#" and known is not None and not any(each.open for each in known):
        return Literal(str(len(known)))
    if not name[0].isalpha() and name[0] != "_":
        return Unknown(f"${name}")
    return around.shell.get(name, Default(name))


def _parameter(number: int, around: Surroundings) -> Value:
    if number == 0:
        return Literal(around.script) if around.script else Unknown("$0")
    if around.parameters is None:
        return Unknown(f"parameter ${number}")
    if any(each.open for each in around.parameters[:number]):
        return Unknown(f"parameter ${number}")
    if number <= len(around.parameters):
        return around.parameters[number - 1].value
    return Literal("")


def _operate(part: Var, value: Value, around: Surroundings, home: Home, word: Word) -> Value:
    if part.op in ("", ":?", "?") or part.default is None:
        return value if part.op in ("", ":?", "?") else Unknown(f"${{{part.name}{part.op}}}")
    default = join([_part(each, around, home, word) for each in part.default])
    if part.op in (":-", ":=", "-", "="):
        found = _or_default(value, default, empty=part.op.startswith(":"))
        if part.op in (":=", "=") and part.scope == "shell":
            around.shell[part.name] = found
        return found
    if isinstance(value, Literal):
        kept = value.value != "" or part.op == "+"
        return default if kept else Literal("")
    if isinstance(value, Default) and value.default is None:
        return one_of([Literal(""), default])
    return one_of([default, Literal("")])


def _or_default(value: Value, default: Value, empty: bool) -> Value:
    """`${X:-default}`: empty says whether an empty X counts as unset."""
    if isinstance(value, Literal):
        return default if value.value == "" and empty else value
    if isinstance(value, Default):
        inner = default if value.default is None else _or_default(value.default, default, empty)
        return replace(value, default=inner, site=inner.site)
    if isinstance(value, OneOf):
        return one_of([_or_default(each, default, empty) for each in value.options])
    if isinstance(value, Unknown):
        return one_of([default, value])
    return value


def expand(words: Sequence[Word], around: Surroundings, home: Home) -> list[list[Arg]]:
    """The words as the command gets them: usually one list; several where a variable may hold
    different numbers of words."""
    variants: list[list[Arg]] = [[]]
    for word in words:
        choices = _fields(word, around, home)
        if len(variants) * len(choices) > _MOST_VARIANTS:
            span = home.span(word.start, word.end)
            choices = [[Arg(Unknown(str(word)), span, open=True, written=str(word))]]
        variants = [[*variant, *choice] for variant in variants for choice in choices]
    return variants


def _fields(word: Word, around: Surroundings, home: Home) -> list[list[Arg]]:
    listed = _listed(word, around, home)
    if listed is not None:
        return [listed]
    if not word.open():
        return [[_whole(word, value_of(word, around, home), home)]]
    found: list[_Fields] = [_Fields()]
    for part in word.parts:
        value = _part(part, around, home, word)
        if isinstance(part, Lit) or part.quoted:
            found = [each.glue(value) for each in found]
        else:
            pieces = _pieces(value)
            found = [each.split(piece) for each in found for piece in pieces]
    if len(found) > _MOST_VARIANTS:
        return [[_whole(word, Unknown(str(word)), home, open_=True)]]
    return [each.args(word, home) for each in found]


def _whole(word: Word, value: Value, home: Home, open_: bool = False) -> Arg:
    text = word.source
    if text is None and (known := word.literal()) is not None:
        text = Text(known, ((0, word.start, word.end - word.start),))
    source = None if text is None else (home, text)
    return Arg(value, home.span(word.start, word.end), open_, str(word), source)


def _listed(word: Word, around: Surroundings, home: Home) -> list[Arg] | None:
    """`"$@"` and `"${X[@]}"`: each element stays one word."""
    part = word.parts[0] if len(word.parts) == 1 else None
    if not isinstance(part, Var):
        return None
    if part.name in ("@", "*") and part.scope == "shell" and not part.op:
        if around.parameters is not None:
            return list(around.parameters)
        return [_whole(word, Unknown("the script's parameters"), home, open_=True)]
    if part.op in ("[@]", "[*]"):
        if part.name in around.arrays:
            return list(around.arrays[part.name])
        return [_whole(word, Unknown(str(word)), home, open_=True)]
    return None


@dataclass(frozen=True, slots=True)
class _Piece:
    """An unquoted variable's words: before and behind say whether blanks stand there."""

    values: tuple[Value, ...]
    before: bool = False
    behind: bool = False
    open: bool = False


def _pieces(value: Value) -> list[_Piece]:
    """How the shell may split an unquoted value: one piece where every reading is one word."""
    texts = readings(value)
    if all(
        text is not None and len(text.split()) == 1 == len(text.split(" ")) for text, _ in texts
    ):
        return [_Piece((value,))]
    return [_piece(option) for option in (value.options if isinstance(value, OneOf) else (value,))]


def _piece(option: Value) -> _Piece:
    inner = option.default if isinstance(option, Default) else option
    parts = inner.parts if isinstance(inner, Joined) else (inner,)
    if not any(isinstance(part, Literal) for part in parts):
        return _Piece((option,), open=True)
    fields, before, behind = _Fields(), False, False
    for part in parts:
        if isinstance(part, Literal) and isinstance(part.value, str):
            before = before or (part is parts[0] and part.value[:1].isspace())
            behind = part.value[-1:].isspace()
            made: list[Value] = [replace(part, value=each) for each in part.value.split()]
            fields = fields.split(_Piece(tuple(made), part.value[:1].isspace(), behind))
        elif part is not None:
            fields, behind = fields.glue(part), False
    values = [*fields.done, join(fields.current)] if fields.current else list(fields.done)
    if isinstance(option, Default):
        values = [replace(option, default=each) for each in values]
    certain = all(isinstance(part, Literal) for part in parts) and option is inner
    return _Piece(tuple(values), before, behind, open=not certain)


@dataclass(frozen=True, slots=True)
class _Fields:
    """Words under construction: done ones, and the pieces of the current one."""

    done: tuple[Value, ...] = ()
    current: tuple[Value, ...] = ()
    open: bool = False

    def glue(self, value: Value) -> _Fields:
        return replace(self, current=(*self.current, value))

    def split(self, piece: _Piece) -> _Fields:
        glued = bool(self.current) and not piece.before
        done, current = self.done, self.current
        for number, value in enumerate(piece.values):
            if (number or piece.before) and current:
                done, current = (*done, join(current)), ()
            current = (*current, value)
        if piece.behind and current:
            done, current = (*done, join(current)), ()
        return _Fields(done, current, self.open or (piece.open and not glued))

    def args(self, word: Word, home: Home) -> list[Arg]:
        values = [*self.done, join(self.current)] if self.current else list(self.done)
        if not values and self.open:
            values = [Default(str(word))]
        found = []
        for number, value in enumerate(values):
            arg = _whole(word, value, home, self.open and number == len(values) - 1)
            found.append(replace(arg, written=str(word) if not number else "", source=None))
        return found
