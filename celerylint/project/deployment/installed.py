"""Settings modules that only an image has: a Dockerfile copies a file of the tree to where Django
looks for them."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator

from celerylint.findings import Span
from celerylint.patterns import regex
from celerylint.project.collected import Installed
from celerylint.project.combine import text_of
from celerylint.project.deployment.images import Image, built_image
from celerylint.project.deployment.manifest_files import normal
from celerylint.project.deployment.situation import Situation
from celerylint.project.deployment.unit_facts import role
from celerylint.project.libraries.profiles import VARIABLE

_MODULE = regex(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


def anywhere(image: Image) -> Iterator[Image]:
    """The image as it is built from its own folder, or from one above: nothing says which."""
    context = image.context
    yield image
    while context:
        context = posixpath.dirname(context)
        yield built_image(image.manifest, image.stage, context, image.files)


def installed_settings(situation: Situation, images: Iterable[Image]) -> Installed | None:
    """The settings module that the environment names, where its file is copied from another place
    of the tree; None for what is in the tree, for development, and where it is not sure."""
    name = text_of(situation.environment.get(VARIABLE))
    service = situation.service
    if name is None or service is None or not _MODULE.fullmatch(name):
        return None
    if role(situation, Span(service.manifest.path, 1))[0] != "production":
        return None
    for image in images:
        inside = posixpath.join("/", situation.workdir, name.replace(".", "/"))
        found = set(image.sources(f"{inside}.py"))
        folder = image.folder(posixpath.dirname(inside))
        if found and folder is not None:
            target = normal(folder, posixpath.basename(inside)) or ""
            taken = any(each in image.files for each in (f"{target}.py", f"{target}/__init__.py"))
            path = found.pop()
            sure = not (found or taken) and path.endswith(".py")
            return Installed(name, path, f"{target}.py") if sure else None
    return None
