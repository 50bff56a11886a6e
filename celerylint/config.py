"""The user's configuration: found, read and checked; every error names the file, the line and the
key.

pydantic is imported only for a configuration that has content and was not checked before
(`memory`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, MutableMapping
from typing import Any

from celerylint.patterns import regex
from celerylint.structs import dataclass

NAMES = ("celerylint.toml", "pyproject.toml")
DEFAULT_MAX_FILE_SIZE = 1_000_000


@dataclass(frozen=True, slots=True)
class Config:
    """A checked configuration, made of tuples so that a cache can keep it (`to_plain`,
    `from_plain`).

    select None means the default rules. per_file_ignores pairs a glob with selectors, severity a
    selector with error, warning or advice. `settings` names the modules that are production
    profiles, `manifests` further files that start workers (globs), `workers` commands that no file
    starts, `task_decorators` dotted names of wrappers that make tasks. max_file_size is in bytes.
    `path` is the file it came from, `lines` pairs each key in it with its line.
    """

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    exclude: tuple[str, ...] = ()
    celery_version: str | None = None
    settings: tuple[str, ...] = ()
    manifests: tuple[str, ...] = ()
    workers: tuple[str, ...] = ()
    task_decorators: tuple[str, ...] = ()
    severity: tuple[tuple[str, str], ...] = ()
    lint_tests: bool = False
    max_file_size: int = DEFAULT_MAX_FILE_SIZE
    path: str = ""
    lines: tuple[tuple[str, int], ...] = ()

    def error(self, key: str, message: str) -> ConfigError:
        """An error about one of this configuration's keys, at its line."""
        return ConfigError(message, self.path, dict(self.lines).get(key), key)

    def to_plain(self) -> dict[str, Any]:
        """Dictionaries, tuples, strings, numbers and None only: what `marshal` and JSON can
        carry.
        """
        return {name: getattr(self, name) for name in self.__match_args__}


def from_plain(plain: dict[str, Any]) -> Config:
    """The configuration that `to_plain` was made of. Raises TypeError when a foreign one is
    given.
    """
    return Config(**plain)


class ConfigError(Exception):
    """A configuration that cannot be used: `path`, `line` (from 1) and `key` where they are
    known.
    """

    def __init__(
        self, message: str, path: str = "", line: int | None = None, key: str | None = None
    ) -> None:
        self.message, self.path, self.line, self.key = message, path, line, key
        place = f"{path}:{line}" if line else path
        where = f"`{key}`" if key else ""
        super().__init__(": ".join(part for part in (place, where, message) if part))


def find(
    read: Callable[[str], str | None],
    memory: MutableMapping[str, Any] | None = None,
    prefix: str = "",
) -> Config:
    """The configuration of a project: celerylint.toml before pyproject.toml, defaults where neither
    speaks.

    `read` gives the text of a file of the root, or None where there is none; `prefix` comes before
    the file's name in messages. `memory` keeps checked configurations by the hash of their text.
    Raises ConfigError.
    """
    for name in NAMES:
        text = read(name)
        if text is not None and mentions(name, text):
            found = load(prefix + name, text, memory)
            if found is not None:
                return found
    return Config()


def mentions(name: str, text: str) -> bool:
    """Can this file hold a configuration of ours? (A substring test: parsing TOML costs more.)"""
    return name.endswith("celerylint.toml") or "celerylint" in text


def load(path: str, text: str, memory: MutableMapping[str, Any] | None = None) -> Config | None:
    """The configuration in a file's text, or None where a pyproject.toml has no table of ours.

    Raises ConfigError.
    """
    own_file = path.replace("\\", "/").rsplit("/", 1)[-1] != "pyproject.toml"
    key = hashlib.sha256(f"{path}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()
    if memory is not None and key in memory:
        kept = memory[key]
        return None if kept is None else from_plain(kept)
    table = _table(_parse(path, text), own_file)
    config = None if table is None else _checked(table, path, text, own_file)
    if memory is not None:
        memory[key] = None if config is None else config.to_plain()
    return config


def _parse(path: str, text: str) -> dict[str, Any]:
    import tomli

    try:
        return tomli.loads(text.removeprefix("\ufeff"))
    except tomli.TOMLDecodeError as error:
        place = re.search(r"\(at line (\d+), column \d+\)", str(error))
        line = int(place[1]) if place else text.count("\n") + 1
        message = re.sub(r"\s*\(at .*\)$", "", str(error))
        raise ConfigError(f"not valid TOML: {message}", path, line) from None
    except RecursionError:
        raise ConfigError("not valid TOML: nested too deeply", path) from None


def _table(document: dict[str, Any], own_file: bool) -> Any:
    if own_file:
        return document
    tool = document.get("tool", {})
    return tool.get("celerylint") if isinstance(tool, dict) else None


def _checked(table: Any, path: str, text: str, own_file: bool) -> Config:
    lines = key_lines(text, () if own_file else ("tool", "celerylint"))
    if not table:
        return Config(path=path, lines=tuple(lines.items()))
    if own_file and set(table) == {"tool"}:
        message = "in celerylint.toml the keys stand at the top, without [tool.celerylint]"
        raise ConfigError(message, path, 1)
    from celerylint.config_model import check

    values, problem = check(table)
    if problem is not None:
        where, message = problem
        line = next((lines[k] for k in _outwards(where) if k in lines), lines.get(""))
        raise ConfigError(message, path, line, _shown(where) or None)
    return Config(**values, path=path, lines=tuple(lines.items()))


def _outwards(where: tuple[str | int, ...]) -> list[str]:
    names = [str(part) for part in where if isinstance(part, str)]
    return [".".join(names[:end]) for end in range(len(names), 0, -1)]


def _shown(where: tuple[str | int, ...]) -> str:
    text = ""
    for part in where:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


_HEADER = regex(r"\s*\[\s*([^\[\]]+?)\s*\]\s*(?:#.*)?$")
_KEY = regex(r"""\s*((?:"[^"]*"|'[^']*'|[\w-]+)(?:\s*\.\s*(?:"[^"]*"|'[^']*'|[\w-]+))*)\s*=""")
_PART = regex(r""""([^"]*)"|'([^']*)'|([\w-]+)""")


def key_lines(text: str, table: tuple[str, ...]) -> dict[str, int]:
    """The line of each key below a table, by dotted key relative to it; "" is the table itself."""
    found: dict[str, int] = {}
    current: tuple[str, ...] = ()
    for number, line in enumerate(text.split("\n"), 1):
        header = _HEADER.match(line)
        if header:
            current = _parts(header[1])
            full = current
        else:
            key = _KEY.match(line)
            if key is None:
                continue
            full = current + _parts(key[1])
        if full[: len(table)] == table:
            found.setdefault(".".join(full[len(table) :]), number)
    return found


def _parts(dotted: str) -> tuple[str, ...]:
    return tuple(a or b or c for a, b, c in _PART.findall(dotted))
