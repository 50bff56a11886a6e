"""Is a value that celerylint claims the value that the live application has?"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from importlib import import_module
from typing import Any

from .encoding import dotted_name, encode

CONSTRUCTORS: dict[str, str] = {
    "datetime.timedelta": "datetime:timedelta",
    "re.compile": "re:compile",
    "zoneinfo.ZoneInfo": "zoneinfo:ZoneInfo",
    "celery.schedules.crontab": "celery.schedules:crontab",
    "celery.schedules.schedule": "celery.schedules:schedule",
    "kombu.Exchange": "kombu:Exchange",
    "kombu.Queue": "kombu:Queue",
    "kombu.entity.Exchange": "kombu:Exchange",
    "kombu.entity.Queue": "kombu:Queue",
}
DOTTED = re.compile(r"[A-Za-z_][\w.]*")


class NotBuilt(Exception):
    """Raised for a claimed call that this side cannot carry out."""


def matches(claimed: Any, live: Any) -> bool:
    """Does the claim say the live value, whatever spelling both came in?"""
    if _canonical(claimed) == _canonical(live):
        return True
    if isinstance(live, list):
        return _same_items(claimed, live)
    if not isinstance(live, dict):
        return False
    if set(live) == {"set"}:
        items = claimed.get("set") if isinstance(claimed, dict) else claimed
        return isinstance(items, list) and _same_items(sorted(items, key=json.dumps), live["set"])
    if set(live) == {"name"}:
        return _same_name(claimed, live["name"])
    if "call" in live:
        return _same_call(claimed, live)
    if set(live) == {"object"}:
        name = claimed.get("call", claimed.get("name")) if isinstance(claimed, dict) else claimed
        return (
            isinstance(name, str) and name.rpartition(".")[2] == live["object"].rpartition(".")[2]
        )
    return (
        isinstance(claimed, dict)
        and set(claimed) == set(live)
        and all(matches(claimed[key], value) for key, value in live.items())
    )


def _canonical(value: Any) -> str:
    """Text that tells True from 1 and 1 from 1.0."""
    return json.dumps(value, sort_keys=True)


def _same_items(claimed: Any, live: list[Any]) -> bool:
    if not isinstance(claimed, list) or len(claimed) != len(live):
        return False
    return all(matches(ours, theirs) for ours, theirs in zip(claimed, live, strict=True))


def _same_name(claimed: Any, live: str) -> bool:
    """Compares a dotted name; the claim may be the path of a re-export."""
    name = claimed.get("name") if isinstance(claimed, dict) else claimed
    if not isinstance(name, str) or not DOTTED.fullmatch(name):
        return False
    name = name.removeprefix("builtins.").replace(":", ".")
    if name == live:
        return True
    module, _, attribute = name.rpartition(".")
    try:
        return dotted_name(getattr(import_module(module), attribute)) == live
    except (ImportError, AttributeError, ValueError):
        return False


def _same_call(claimed: Any, live: Mapping[str, Any]) -> bool:
    try:
        return _canonical(encode(_build(claimed))) == _canonical(live)
    except (NotBuilt, TypeError, ValueError):
        return False


def _build(claimed: Any) -> Any:
    """The object that a claim describes: {"call", "args", "kwargs"}, or such a call's text."""
    if isinstance(claimed, list):
        return [_build(item) for item in claimed]
    if isinstance(claimed, str) and claimed.endswith(")") and claimed.split("(")[0] in CONSTRUCTORS:
        return _build_text(ast.parse(claimed, mode="eval").body)
    if not isinstance(claimed, dict) or "call" not in claimed:
        return claimed
    if claimed["call"] == "datetime.timedelta" and "seconds" in claimed:
        return timedelta(seconds=claimed["seconds"])
    kwargs = dict(claimed.get("kwargs", {}))
    arguments = [_build(item) for item in claimed.get("args", [])]
    return _constructor(claimed["call"])(*arguments, **{k: _build(v) for k, v in kwargs.items()})


def _build_text(node: ast.expr) -> Any:
    if not isinstance(node, ast.Call):
        return ast.literal_eval(node)
    make = _constructor(ast.unparse(node.func))
    arguments = [_build_text(each) for each in node.args]
    return make(
        *arguments, **{each.arg: _build_text(each.value) for each in node.keywords if each.arg}
    )


def _constructor(dotted: str) -> Callable[..., Any]:
    if dotted not in CONSTRUCTORS:
        raise NotBuilt(dotted)
    module, _, name = CONSTRUCTORS[dotted].partition(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found
