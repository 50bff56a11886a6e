"""Files of which it is known whether they are whole: a header, a checksum, and what they hold."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Iterable

DIGEST = 16
_LENGTH = 8
# In seconds.
ABANDONED_AFTER = 3600
CACHEDIR_TAG = b"Signature: 8a477f597d28d172789f06886806bc55\n"


def digest(data: bytes | memoryview) -> bytes:
    """The key of a content."""
    return hashlib.blake2b(data, digest_size=DIGEST).digest()


def read_checked(file: str, header: bytes) -> tuple[memoryview, memoryview] | None:
    """The payload and the rest that `write_checked` wrote under this header; None for anything
    else. Raises OSError."""
    with open(file, "rb") as opened:
        data = memoryview(opened.read())
    start = len(header) + DIGEST + _LENGTH
    end = start + int.from_bytes(data[start - _LENGTH : start], "big")
    payload, checksum = data[start:end], data[len(header) : len(header) + DIGEST]
    whole = data[: len(header)] == header and len(data) >= end and checksum == digest(payload)
    return (payload, data[end:]) if whole else None


def write_checked(
    file: str, header: bytes, payload: bytes, rest: Iterable[bytes | memoryview] = ()
) -> None:
    """Writes a header, a checksum and the payload that it stands for, and a rest that it does not,
    whole or not at all; raises OSError."""
    folder, name = os.path.split(file)
    if not os.path.isdir(folder):
        os.makedirs(folder, mode=0o700, exist_ok=True)
        # It may lie in a project: neither git nor a backup wants it.
        _write(os.path.join(folder, ".gitignore"), b"*\n")
        _write(os.path.join(folder, "CACHEDIR.TAG"), CACHEDIR_TAG)
    stem = os.path.splitext(name)[0]
    temporary = os.path.join(folder, f"{stem}.{os.getpid()}.{time.monotonic_ns()}.tmp")
    try:
        length = len(payload).to_bytes(_LENGTH, "big")
        _write(temporary, header, digest(payload), length, payload, *rest)
        os.replace(temporary, file)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    _sweep(folder, stem)


def _write(file: str, *parts: bytes | memoryview) -> None:
    with open(file, "wb") as opened:
        opened.writelines(parts)


def _sweep(folder: str, stem: str) -> None:
    """Removes what runs that were killed while they wrote have left."""
    for name in os.listdir(folder):
        if name.startswith(f"{stem}.") and name.endswith(".tmp"):
            left = os.path.join(folder, name)
            with contextlib.suppress(OSError):
                if time.time() - os.stat(left).st_mtime > ABANDONED_AFTER:
                    os.unlink(left)
