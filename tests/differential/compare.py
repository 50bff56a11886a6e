"""Lays what celerylint claims about a project beside what the live application says.

Everything claimed as known must be so; an environment's default must be so while the environment
is empty; one of several must be among them. What a profile does not list is claimed to be
Celery's default unless the profile is open; a task that runs must be listed unless something
unresolved explains it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .values import matches

Json = Mapping[str, Any]
ABSENT = "(nothing)"


@dataclass(frozen=True)
class Difference:
    """One claim that the live application contradicts."""

    subject: str
    claimed: Any
    live: Any
    place: str = ""

    def __str__(self) -> str:
        place = f"  [{self.place}]" if self.place else ""
        return f"{self.subject}: claimed {self.claimed!r}, live {self.live!r}{place}"


@dataclass
class Comparison:
    """Every difference, and how many claims of each certainty were made."""

    differences: list[Difference] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    unknown: list[str] = field(default_factory=list)
    not_imported: list[str] = field(default_factory=list)
    tasks: int = 0  # that both sides have

    def differ(self, subject: str, claimed: Any, live: Any, claim: Json | None = None) -> None:
        """Notes one difference."""
        self.differences.append(Difference(subject, claimed, live, place_of(claim or {})))

    def not_known(self, subject: str, reason: object) -> None:
        """Counts something that celerylint says it does not know."""
        self.counts["unknown"] += 1
        self.unknown.append(f"{subject}: {reason}")


def place_of(claim: Json) -> str:
    """Where a claim says that it comes from."""
    return f"{claim['path']}:{claim.get('line', '?')}" if claim.get("path") else ""


def compare(
    claims: Json, live: Json, app: str, profile: str = "", env: Sequence[str] = ()
) -> Comparison:
    """Compares one app in one profile; `env` names the variables set for the live side."""
    result = Comparison()
    claimed_app = choose(claims["apps"], "id", app)
    if claimed_app is None:
        result.differ(f"app {app}", [each["id"] for each in claims["apps"]], "exists")
        return result
    claimed_profile = choose(claimed_app["profiles"], "name", profile)
    if claimed_profile is None:
        result.differ(
            f"profile {profile!r}", [each["name"] for each in claimed_app["profiles"]], "exists"
        )
    else:
        compare_settings(claimed_profile, live["settings"], env, result)
    compare_tasks(claims, live, claimed_app["id"], env, result)
    if len(claimed_app["profiles"]) == 1:
        compare_limits(claims, live["tasks"], claimed_app["id"], env, result)
    compare_models(claims.get("models", []), live.get("models", []), result)
    return result


def choose(items: Sequence[Json], key: str, wanted: str) -> Json | None:
    """The item of that name, or the only one there is."""
    for item in items:
        if item[key] == wanted:
            return item
    return items[0] if len(items) == 1 else None


def compare_settings(profile: Json, live: Json, env: Sequence[str], result: Comparison) -> None:
    """Every setting that is claimed, and every one that was set although nothing is claimed."""
    claimed = profile["settings"]
    for name, claim in claimed.items():
        if name not in live:
            result.differ(f"setting {name}", claim.get("value"), "not a setting", claim)
        else:
            check(f"setting {name}", claim, live[name]["value"], env, result)
    if not profile.get("open"):
        for name in live.keys() - claimed.keys():
            if not live[name]["default"]:
                result.differ(f"setting {name}", ABSENT, live[name]["value"])


def check(subject: str, claim: Json, live: Any, env: Sequence[str], result: Comparison) -> None:
    """One claim of a value."""
    certainty = claim["certainty"]
    if certainty == "unknown":
        result.not_known(subject, claim.get("reason"))
        return
    result.counts[certainty] += 1
    if certainty == "default" and env and claim.get("env") in (None, *env):
        return
    candidates = claim["value"] if certainty == "one-of" else [claim.get("value")]
    if not any(matches(each, live) for each in candidates):
        result.differ(subject, claim.get("value"), live, claim)


def compare_tasks(
    claims: Json, found: Json, app: str, env: Sequence[str], result: Comparison
) -> None:
    """Every claimed task of this app, and every live one that nobody claimed.

    What is claimed is that a file defines a task: a worker has it once it imports that file.

    A task of another app is known here too unless it was defined with shared=False, but with this
    app's base class and settings: its options are not judged.
    """
    live, imported = found["tasks"], found.get("imported")
    claimed: dict[str, Json] = {}
    for task in claims["tasks"]:
        if task["name"] is None:
            result.not_known(f"name of task {task['function']}", "no name")
        else:
            claimed.setdefault(task["name"], task)
    for name, task in claimed.items():
        if task.get("app") not in (None, app):
            continue
        if name in live:
            result.tasks += 1
            compare_task(task, live[name], env, result)
        elif imported is not None and task["path"] not in imported:
            result.not_imported.append(f"task {name} [{place_of(task)}]")
        else:
            result.differ(f"task {name}", "exists", ABSENT, task)
    for name in live.keys() - claimed.keys():
        if live[name]["path"] is None:
            continue  # a library's own task
        reason = explanation(claims, live[name])
        if reason is None:
            result.differ(f"task {name}", ABSENT, live[name]["path"])
        else:
            result.not_known(f"task {name}", reason)


def explanation(claims: Json, live: Json) -> str | None:
    """Why celerylint may have missed a task: what it says it could not resolve in that file."""
    for task in claims["tasks"]:
        if task["name"] is None and (task["path"], task["function"]) == (
            live["path"],
            live["function"],
        ):
            return "its name is not known"
    for item in claims.get("unresolved", []):
        if item["what"] in ("task", "app", "module") and item["path"] == live["path"]:
            return str(item["reason"])
    return None


def compare_task(claim: Json, live: Json, env: Sequence[str], result: Comparison) -> None:
    """One task's function and options."""
    subject = f"task {claim['name']}"
    if live["path"] is not None and claim["path"] != live["path"]:
        result.differ(f"{subject} path", claim["path"], live["path"], claim)
    elif claim["function"] == live["function"]:
        compare_parameters(subject, claim, live, result)
    options = claim.get("options", {})
    for name, option in options.items():
        if option.get("from") == "setting" and name in live["limits"]:
            check(f"{subject} {name}", option, live["limits"][name], env, result)
        elif name in live["options"] or option["certainty"] == "unknown":
            check(f"{subject} {name}", option, live["options"].get(name), env, result)
        elif name not in ("bind", "base", "name", "shared", "lazy", "filter", "pydantic"):
            result.differ(f"{subject} {name}", option.get("value"), ABSENT, option)
    for name in live["changed"]:
        if name not in options and not claim.get("open"):
            result.differ(f"{subject} {name}", ABSENT, live["options"][name], claim)


def compare_parameters(subject: str, claim: Json, live: Json, result: Comparison) -> None:
    """Names only, and only where no decorator hides the function's own signature."""
    parameters = claim.get("parameters")
    if parameters is None or live["parameters"] is None or live["hidden"]:
        return
    names = [each["name"] if isinstance(each, dict) else each.lstrip("*") for each in parameters]
    if names != live["parameters"]:
        result.differ(f"{subject} parameters", names, live["parameters"], claim)


def compare_limits(
    claims: Json, live: Json, app: str, env: Sequence[str], result: Comparison
) -> None:
    """The limits that a task ends up with, those of settings included."""
    for task in claims["tasks"]:
        found = live.get(task["name"])
        if found is None or task.get("app") not in (None, app):
            continue
        for name, value in found["limits"].items():
            claim = task.get(name)
            if claim is not None:
                check(f"task {task['name']} effective {name}", claim, value, env, result)
            elif value is not None and name in task and not task.get("open"):
                result.differ(f"task {task['name']} effective {name}", None, value, task)


def compare_models(claimed: Sequence[Json], live: Sequence[str], result: Comparison) -> None:
    """Every live Django model of a module that was read must be known.

    celerylint reads the modules of models that tasks are given and no others; abstract models
    exist on its side only.
    """
    names = {each["name"] for each in claimed}
    modules = {name.rpartition(".")[0] for name in names}
    for model in live:
        if model not in names and model.rpartition(".")[0] in modules:
            result.differ(f"model {model}", ABSENT, "exists")
