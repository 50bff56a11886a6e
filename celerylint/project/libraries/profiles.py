"""Which settings modules a project can run with, and what each is for."""

from __future__ import annotations

import re
from collections.abc import Iterable

from celerylint.patterns import regex
from celerylint.project.interpreter.machine import Machine
from celerylint.project.modules import Module
from celerylint.testcode import is_test_path

ROLES = {
    "test": "test",
    "tests": "test",
    "testing": "test",
    "ci": "test",
    "dev": "development",
    "develop": "development",
    "development": "development",
    "local": "development",
    "docker": "development",
    "debug": "development",
    "playground": "development",
    "prod": "production",
    "production": "production",
    "staging": "production",
    "live": "production",
}
VARIABLE = "DJANGO_SETTINGS_MODULE"
# Files that name Django's settings module although they never mention Celery.
NAMING_FILES = ("manage.py", "wsgi.py", "asgi.py")
_NAMED = regex(r"""DJANGO_SETTINGS_MODULE["']?\s*[=:,]\s*["']?([A-Za-z_][\w.]*)""")
_MOST_SIBLINGS = 40
# A test about settings is no profile of them.
_SETTINGS_FILE = regex(
    r"(test_|tests_|ci_)?settings(_test|_tests|_ci)?\.py|test\.py|testing\.py|ci\.py"
)


def role_of(module: str, path: str, chosen: Iterable[str]) -> str:
    """What a settings module is for: production, development or test; "" where its name does not
    say.
    """
    if module in set(chosen):
        return "production"
    if is_test_path(path):
        return "test"
    tokens = re.split(r"[_\W]+", module.rpartition(".")[2].lower())
    return next((ROLES[token] for token in tokens if token in ROLES), "")


def named_in(text: str) -> list[str]:
    """Settings modules that a text (an ini file, a script) names."""
    return list(dict.fromkeys(_NAMED.findall(text)))


def siblings(machine: Machine, path: str) -> list[str]:
    """Files that may be other profiles of the settings module in a
    file, by their place and name.
    """
    folder, _, name = machine.names.placed(path).rpartition("/")
    stem = name.removesuffix(".py")
    found = []
    for each in machine.names.held_in(folder) | machine.names.spelled("settings"):
        other_folder, _, other = each.rpartition("/")
        beside = other_folder == folder
        # What has a dot in its name cannot be imported; others include it.
        if each == path or not other.endswith(".py") or other.count(".") > 1:
            continue
        if other.startswith("0"):
            continue
        if is_test_path(each) and not _SETTINGS_FILE.fullmatch(other):
            continue
        if (beside and _is_variant(stem, folder, other)) or (
            _near(folder, other_folder)
            and ("settings" in other or other_folder.rpartition("/")[2] == "settings")
        ):
            found.append(each)
    return sorted(found)[:_MOST_SIBLINGS]


def _is_variant(stem: str, folder: str, other: str) -> bool:
    """Is a file of the same folder named like another profile?"""
    return (
        stem == "__init__"
        or _is_settings_folder(folder)
        or other.startswith(f"{stem}_")
        or "settings" in other
    )


def _is_settings_folder(folder: str) -> bool:
    return folder.rpartition("/")[2] in {"settings", "config", "configs", "conf"}


def _near(folder: str, other: str) -> bool:
    top = folder.partition("/")[0]
    return other.partition("/")[0] == top or not folder


def star_sources(machine: Machine, module: Module) -> set[str]:
    """Files that a module star-imports, directly or through others."""
    found: set[str] = set()
    stack = [module]
    while stack:
        for source in direct_stars(machine, stack.pop()):
            if source not in found:
                found.add(source)
                further = machine.modules.get(source)
                if further is not None:
                    stack.append(further)
    return found


def direct_stars(machine: Machine, module: Module) -> list[str]:
    """Files that a module star-imports or includes itself, anywhere outside functions."""
    found = list(module.included)
    stack: list[object] = list(module.body)
    while stack:
        node = stack.pop()
        if not isinstance(node, tuple) or not node:
            continue
        if node[0] == "from" and node[-1] == "*":
            name = node[3] if not node[4] else machine.names.relative(node[3], node[4], module.path)
            path = machine.names.find(name, module.path) if name else None
            if path is not None and not path.endswith("/"):
                found.append(path)
        elif (
            node[0] in {"if", "try", "with", "for"}
            or isinstance(node[0], tuple)
            or node[0] == "match"
            or (isinstance(node[0], int) and len(node) == 5)
        ):
            stack.extend(each for each in node if isinstance(each, tuple))
    return found
