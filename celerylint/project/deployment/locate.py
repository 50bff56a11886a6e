"""Which file of the tree a command's word runs."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from celerylint.project.deployment.expansion import Surroundings, text_of
from celerylint.project.deployment.images import Image
from celerylint.project.deployment.manifest_files import Files, normal
from celerylint.project.deployment.place import Home
from celerylint.project.deployment.units import Service


def locate(
    word: str, workdir: str, service: Service | None, image: Image | None, files: Files, beside: str
) -> str | None:
    """The path of the file in the tree, None where no single one fits. In this order: a mount, a
    COPY, a relative path, the longest matching end of a path, the name where it is unique.

    workdir is absolute inside the container or ""; beside is the file that names the word."""
    absolute = posixpath.normpath(posixpath.join("/", workdir, word))
    rooted = word.startswith("/") or bool(workdir)
    if rooted and service is not None:
        mounted = next(_mounted(absolute, service, files), None)
        if mounted is not None:
            return mounted
    if image is not None:
        for directory in ("",) if "/" in word else ("/usr/local/bin", "/usr/bin", "/bin"):
            inside = posixpath.join(directory, word) if directory else absolute
            copied = next(image.sources(inside), None)
            if copied is not None:
                return copied
    if "/" not in word and not _script_name(word):
        return None
    return _relative(word, image, files, beside) or _by_end(word, files)


def _script_name(word: str) -> bool:
    """A bare word is only looked for when it looks like the project's own file."""
    return word.endswith((".sh", ".bash")) or "celery" in word


def _mounted(path: str, service: Service, files: Files) -> Iterator[str]:
    for mount, manifest in service.mounts():
        text = text_of(mount, Surroundings(), Home.of(manifest)) or ""
        source, _, rest = text.partition(":")
        target = rest.partition(":")[0]
        if not source.startswith(".") or not target.startswith("/"):
            continue
        local = normal(posixpath.dirname(manifest.path), source)
        if local is None:
            continue
        target = posixpath.normpath(target)
        if path == target and local in files:
            yield local
        elif path.startswith(target.rstrip("/") + "/"):
            found = normal(local, path[len(target.rstrip("/")) + 1 :])
            if found is not None and found in files:
                yield found


def _relative(word: str, image: Image | None, files: Files, beside: str) -> str | None:
    if word.startswith("/"):
        return None
    folders = [posixpath.dirname(beside), ""]
    if image is not None:
        folders.insert(0, image.context)
    for folder in folders:
        found = normal(folder, word)
        if found is not None and found in files:
            return found
    return None


def _by_end(word: str, files: Files) -> str | None:
    parts = [part for part in word.split("/") if part not in ("", ".", "..")]
    named = files.named(parts[-1]) if parts else []
    for length in range(len(parts), 0, -1):
        end = "/".join(parts[-length:])
        fitting = [path for path in named if path == end or path.endswith("/" + end)]
        if length == 1:
            fitting = [path for path in fitting if files.script(path) is not None]
        texts = {files.text(path) for path in fitting}
        if len(fitting) == 1 or (fitting and len(texts) == 1):
            return fitting[0]
        if fitting:
            return None
    return None
