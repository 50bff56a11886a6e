"""Whether a worker runs as root, and whether it accepts what makes that dangerous.

Source: celery/platforms.py (check_privileges).
"""

from __future__ import annotations

from celerylint.project.model import Context
from celerylint.project.process import Chosen, Process
from celerylint.project.values import Literal

_ROOT = frozenset(("root", "0", "root:root", "0:0"))
_VARIABLE = "C_FORCE_ROOT"


def runs_as_root(process: Process) -> bool | None:
    """Is its user root? None where it is not known."""
    uid = process.option("uid")
    chosen = uid if uid is not None else process.user
    text = chosen.text() if chosen is not None else None
    return None if text is None else text.strip() in _ROOT


def forced(process: Process) -> Chosen | None:
    """C_FORCE_ROOT, where the process surely has it with some text, be it `false`."""
    value = process.environment.get(_VARIABLE)
    if not isinstance(value, Literal) or value.value in ("", None):
        return None
    return Chosen(value, f"environment {_VARIABLE}", value.span or process.span)


def accepts_pickle(context: Context) -> bool | None:
    """Does `accept_content` name pickle? None where it is not known."""
    setting = context.setting("accept_content")
    if setting is None:
        known = not context.profile.open and context.app.celery.all_at_least(4)
        return False if known else None
    if setting.value.must(lambda each: "pickle" in each):
        return True
    return False if not setting.value.may(lambda each: "pickle" in each) else None
