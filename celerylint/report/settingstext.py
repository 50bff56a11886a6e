"""What `--show-settings` prints: the configuration as it was understood, and the rules that it
leads to.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from celerylint.outcome import ProjectRun
from celerylint.registry import RuleInfo, severity_of


def render(run: ProjectRun, rules: Iterable[RuleInfo]) -> str:
    """TOML that means the same configuration, with the rules as comments."""
    config = run.config
    lines = [f"# {run.root}: configuration from {config.path or 'nowhere, so defaults'}"]
    tables = []
    for key, value in config.to_plain().items():
        name = key.replace("_", "-")
        if key in ("path", "lines"):
            continue
        if key in ("per_file_ignores", "severity"):
            rows = [f"{json.dumps(glob)} = {_toml(each)}" for glob, each in value]
            tables += ["", f"[{name}]", *rows] if rows else []
        elif value is None:
            lines.append(f"# {name} is not set")
        else:
            lines.append(f"{name} = {_toml(value)}")
    lines += [*tables, "", "# rules:"]
    lines += [
        f"# {rule.code} {rule.name} {severity_of(rule, config.severity).value}" for rule in rules
    ]
    return "\n".join(lines) + "\n"


def _toml(value: Any) -> str:
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)
