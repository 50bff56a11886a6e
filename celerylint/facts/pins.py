"""Which releases of Celery and its companions one requirements or lock file asks for.

Pure readers, one per format: text in, plain tuples out; another file is never looked at (an `-r
other.txt` becomes an include). Nothing is executed: setup.py is searched for string literals that
are requirements.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from celerylint.facts.requirement import (
    PACKAGES,
    TAG,
    Broken,
    Found,
    Include,
    Pin,
    PinFacts,
    Problem,
    Reader,
    is_development,
    normalised,
    read_requirements,
    requirement,
)

_LONGEST = 200  # characters of a specifier; Python refuses to read endless digits as a number
_FOLDERS = frozenset({"requirements", "requirement", "reqs", "constraints"})


def is_pin_file(path: str) -> bool:
    """Is a file of this name worth reading for versions? By name only."""
    return _reader(path) is not None


def read_pins(path: str, data: bytes) -> PinFacts:
    """What one file asks for. A file that cannot be parsed yields a problem and what was read
    before it.
    """
    reader = _reader(path)
    pins: list[Pin] = []
    includes: list[Include] = []
    problems: list[Problem] = []
    if reader is None:
        return (), (), ()
    text = _decode(data)
    try:
        for found in reader(text, path):
            if len(found) == 2:
                includes.append(found)
            elif found[0] in PACKAGES:
                sane = found[1] is None or len(found[1]) <= _LONGEST
                pins.append(found if sane else (found[0], None, *found[2:]))
    except Broken as error:
        if "{{" not in path and "{%" not in text:  # a template is no TOML before it is filled in
            problems.append((error.message, error.line))
    return tuple(pins), tuple(includes), tuple(problems)


def _decode(data: bytes) -> str:
    # PowerShell's `pip freeze > requirements.txt` writes UTF-16.
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def _reader(path: str) -> Reader | None:
    folder, _, name = path.lower().rpartition("/")
    stem, _, suffix = name.rpartition(".")
    if name in _BY_NAME:
        return _BY_NAME[name]
    if suffix == "toml" and stem.startswith("pylock."):
        return _read_lock
    if suffix in {"yml", "yaml"} and re.split(r"[-_.]", stem)[0] == "environment":
        return _read_conda
    if suffix not in {"txt", "in", "pip"}:
        return None
    named = "requirements" in stem or "constraints" in stem
    return read_requirements if named or folder.rpartition("/")[2] in _FOLDERS else None


# --- TOML


def _toml(text: str) -> dict[str, Any]:
    import tomli

    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        message = str(error)
        line = re.search(r"at line (\d+)", message)
        last = text.rstrip().count("\n") + 1  # "at end of document"
        raise Broken(message, int(line.group(1)) if line else last) from None
    except RecursionError:
        raise Broken("nested too deep", None) from None


def _read_lock(text: str, path: str) -> Found:
    # Lockers write these files in one shape, and parsing a megabyte of TOML for one line would cost
    # more than all other reading of it; TOML is parsed only to say what is wrong.
    pattern = r'^\[\[packages?\]\]\s*\nname = "([^"\n]+)"\s*\nversion = "([^"\n]+)"'
    line, at = 1, 0
    for match in re.finditer(pattern, text.replace("\r\n", "\n"), re.MULTILINE):
        if normalised(match.group(1)) in PACKAGES:
            line, at = line + match.string.count("\n", at, match.start(1)), match.start(1)
            yield normalised(match.group(1)), f"=={match.group(2)}", line, "lock", False
    if "[[package" not in text or re.search(r"^(<<<<<<<|>>>>>>>) ", text, re.MULTILINE):
        _toml(text)


def _read_pipfile_lock(text: str, path: str) -> Found:
    import json

    try:
        document = json.loads(text)
    except ValueError as error:
        raise Broken(str(error), getattr(error, "lineno", None)) from None
    except RecursionError:
        raise Broken("nested too deep", None) from None
    for section, kind in (("default", "lock"), ("develop", "development")):
        for name, entry in _table(_table(document).get(section)).items():
            version = _table(entry).get("version")
            if isinstance(version, str):
                yield normalised(name), version, _line(text, f'"{re.escape(name)}": '), kind, False


def _read_pipfile(text: str, path: str) -> Found:
    document = _toml(text)
    for section, kind in (("packages", "requirement"), ("dev-packages", "development")):
        yield from _dependency_table(document.get(section), text, kind)


def _read_pyproject(text: str, path: str) -> Found:
    document = _toml(text)
    project, tool = _table(document.get("project")), _table(document.get("tool"))
    groups: list[tuple[str, Any]] = [("", project.get("dependencies"))]
    groups += _table(project.get("optional-dependencies")).items()
    groups += _table(document.get("dependency-groups")).items()
    groups += _table(_table(tool.get("pdm")).get("dev-dependencies")).items()
    uv = _table(tool.get("uv"))
    groups += [("dev", uv.get("dev-dependencies"))]
    groups += [("", uv.get(f"{each}-dependencies")) for each in ("constraint", "override")]
    for group, items in groups:
        kind = "development" if is_development(group) else "requirement"
        yield from _dependency_list(items, text, kind)
    poetry = _table(tool.get("poetry"))
    yield from _dependency_table(poetry.get("dependencies"), text, "requirement")
    yield from _dependency_table(poetry.get("dev-dependencies"), text, "development")
    for group, content in _table(poetry.get("group")).items():
        kind = "development" if is_development(group) else "requirement"
        yield from _dependency_table(_table(content).get("dependencies"), text, kind)


def _dependency_list(items: Any, text: str, kind: str) -> Found:
    for item in items if isinstance(items, list) else ():
        if isinstance(item, str):
            line = _line(text, rf"[\"']{re.escape(item)}[\"']")
            pin = requirement(item, line, kind)
            if pin is not None:
                yield pin


def _dependency_table(items: Any, text: str, kind: str) -> Found:
    """Poetry's and Pipenv's tables: a version, a table with one, or a list of such tables."""
    for name, entry in _table(items).items():
        line = _line(text, rf"(?m)^\s*[\"']?{re.escape(name)}[\"']?\s*=")
        several = entry if isinstance(entry, list) else [entry]
        for each in several:
            table = _table(each)
            version = each if isinstance(each, str) else table.get("version")
            tag = TAG.search(f"@{table.get('tag') or table.get('rev') or ''}")
            specifier = re.sub(r"^\s*\*\s*$", "", version) if isinstance(version, str) else None
            if specifier is None and tag:
                specifier = f"=={tag.group(1)}"
            conditional = len(several) > 1 or not table.keys().isdisjoint({"python", "markers"})
            yield normalised(name), specifier, line, kind, conditional


def _table(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _line(text: str, pattern: str) -> int:
    """The line of a pattern's first match; 1 where there is none (it is written with escapes)."""
    match = re.search(pattern, text)
    return 1 if match is None else text.count("\n", 0, match.end()) + 1


# --- setuptools, conda


def _read_setup_cfg(text: str, path: str) -> Found:
    section = key = ""
    for line, raw in enumerate(text.split("\n"), 1):
        header = re.match(r"\[(.+)\]", raw)
        entry = re.match(r"([\w.-]+)\s*[=:]\s*(.*)", raw)
        if header:
            section, key = header.group(1).strip(), ""
        elif entry:
            key, raw = entry.group(1), entry.group(2)
        extras = section == "options.extras_require"
        if extras or (section == "options" and key == "install_requires"):
            kind = "development" if extras and is_development(key) else "requirement"
            pin = requirement(re.sub(r"(?:^|\s)#.*$", "", raw), line, kind)
            if pin is not None:
                yield pin


def _read_setup_py(text: str, path: str) -> Found:
    # A bare "celery" among the literals may be a keyword or a package of the project, and would say
    # nothing anyway.
    line, at = 1, 0
    for match in re.finditer(r"""(["'])([A-Za-z][^"'\n]{0,200})\1""", text):
        pin = requirement(match.group(2), 0, "requirement")
        if pin is not None and pin[1] and pin[0] in PACKAGES:
            line, at = line + text.count("\n", at, match.start()), match.start()
            yield (*pin[:2], line, *pin[3:])


def _read_conda(text: str, path: str) -> Found:
    for line, raw in enumerate(text.split("\n"), 1):
        match = re.match(r"\s*-\s*[\"']?(?:[\w-]+::)?([A-Za-z][^\"'#]*)", raw)
        if match:
            # conda's `celery=5.3` means 5.3.*
            written = re.sub(r"(?<![=<>!~])=\s*(\d[\w.]*)(=\w+)?", r"==\1.*", match.group(1))
            pin = requirement(written.strip(), line, "requirement")
            if pin is not None:
                yield pin


_BY_NAME: Mapping[str, Reader] = {
    "uv.lock": _read_lock,
    "poetry.lock": _read_lock,
    "pdm.lock": _read_lock,
    "pylock.toml": _read_lock,
    "pipfile.lock": _read_pipfile_lock,
    "pipfile": _read_pipfile,
    "pyproject.toml": _read_pyproject,
    "setup.cfg": _read_setup_cfg,
    "setup.py": _read_setup_py,
}


def celery_version_files(paths: Iterable[str]) -> list[str]:
    """Those of a tree's files that are worth reading for versions, by name only, in the given
    order.
    """
    # Most of all files are Python, and it is asked of each in each run.
    some = (path for path in paths if not path.endswith(".py") or path.endswith("setup.py"))
    return [path for path in some if _reader(path) is not None]
