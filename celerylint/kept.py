"""Celerylint's own values as bytes, for what is remembered between runs."""

from __future__ import annotations

import enum
import io
import pickle
from typing import Any

from celerylint.structs import is_struct


def dumps(value: object) -> bytes:
    """A value, or a tuple of them, as bytes."""
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def loads(blob: bytes, *_: object) -> Any:
    """The value again; None for bytes that stand for anything else."""
    try:
        return _Values(io.BytesIO(blob)).load()
    except Exception:  # noqa: BLE001 - whatever is wrong with it, it can be found anew
        return None


class _Values(pickle.Unpickler):
    """Makes celerylint's own values and nothing else, whoever wrote the bytes."""

    def find_class(self, module: str, name: str) -> Any:
        """The class of a value. Raises UnpicklingError for anything else."""
        if module.startswith("celerylint."):
            found = super().find_class(module, name)
            if is_struct(found) or (isinstance(found, type) and issubclass(found, enum.Enum)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no value of celerylint's")
