"""Whether code of the project may read options of a message that mean nothing to Celery."""

from __future__ import annotations

import marshal
from collections.abc import Iterable

from celerylint import oracle
from celerylint.project.interpreter.machine import Machine
from celerylint.project.model import Dispatch

# A receiver of this signal gets all that a message carries.
_HOOK = b"before_task_publish"


def may_read(machine: Machine, dispatches: Iterable[Dispatch]) -> bool:
    """May a signal's receiver read the options? Asked only where there are any that Celery does not
    know."""
    table = oracle.task_options(oracle.released()[-1])
    known = table.send | table.properties | set(oracle.call_order("signature"))
    if all(known.issuperset(each.option_spans) for each in dispatches):
        return False
    modules = [each for each in machine.modules.values() if not each.test]
    return any(_HOOK in marshal.dumps(each.facts) for each in modules)
