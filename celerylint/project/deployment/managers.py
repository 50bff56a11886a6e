"""Programs that process managers start: supervisord's programs, s6's run files."""

from __future__ import annotations

import fnmatch
import itertools
import posixpath
import re
from collections.abc import Iterator, Mapping, Sequence

from celerylint.facts.manifests.model import Manifest
from celerylint.facts.manifests.words import Text, literal
from celerylint.project.deployment import unit_facts
from celerylint.project.deployment.chains import Follower, Managed, tidy
from celerylint.project.deployment.expansion import Surroundings, expand
from celerylint.project.deployment.images import Image
from celerylint.project.deployment.locate import locate
from celerylint.project.deployment.manifest_files import Files
from celerylint.project.deployment.place import Home
from celerylint.project.deployment.situation import Situation
from celerylint.project.deployment.wrappers import basename
from celerylint.project.process import Process
from celerylint.project.values import Value
from celerylint.structs import replace

_DEBIAN = "/etc/supervisor/conf.d/*.conf"
_S6 = re.compile(r"(?:^|/)(etc/(?:s6-overlay/s6-rc\.d|services\.d|sv|service)/.*/run)$")


def supervised(managed: Managed, kept: Sequence[Manifest], files: Files) -> list[Manifest]:
    """The files that `supervisord -c FILE` reads, in the tree, with those that it includes; without
    -c the only one there is, and what the image has where Debian's own file looks for more."""
    words = [arg.text() for arg in managed.args]
    path = next((behind for switch, behind in itertools.pairwise(words) if switch == "-c"), None)
    known = [each for each in kept if each.kind == "supervisor"]
    situation = managed.situation
    if path is None:
        one = known if len(known) == 1 else []
        return one or _fitting(_DEBIAN, "", known, situation.image)
    found = locate(path, situation.workdir, situation.service, situation.image, files, "")
    first = [each for each in known if each.path == found]
    if found is None:
        named = [each for each in known if basename(each.path) == basename(path)]
        first = named if len(named) == 1 else []
    return [*first, *(more for each in first for more in _included(each, known, situation.image))]


def _included(
    manifest: Manifest, known: Sequence[Manifest], image: Image | None
) -> Iterator[Manifest]:
    """What `[include] files` names: patterns beside the file, or inside the image."""
    folder = posixpath.dirname(manifest.path)
    others = [each for each in known if each is not manifest]
    for word in manifest.includes:
        yield from _fitting(word.literal() or "", folder, others, image)


def _fitting(
    pattern: str, folder: str, known: Sequence[Manifest], image: Image | None
) -> list[Manifest]:
    if not pattern.startswith("/"):
        beside = posixpath.normpath(posixpath.join(folder, pattern))
        return [each for each in known if fnmatch.fnmatchcase(each.path, beside)]
    if image is None:
        return []
    inside, name = posixpath.split(pattern)
    return [
        each
        for each in known
        if fnmatch.fnmatchcase(basename(each.path), name)
        and each.path in image.sources(posixpath.join(inside, basename(each.path)))
    ]


def follow_s6(managed: Managed, kept: Sequence[Manifest], follower: Follower) -> None:
    """Follows the run files of s6 that the image of `/init` holds: s6 runs each directly."""
    image = managed.situation.image
    for manifest, inside in _run_files(image, kept) if image is not None else ():
        word = replace(literal(inside), source=Text.at(inside, 0))
        args = expand([word], Surroundings(), Home.of(manifest))[0]
        follower.follow(args, replace(managed.situation, executes=True))


def _run_files(image: Image, kept: Sequence[Manifest]) -> Iterator[tuple[Manifest, str]]:
    for manifest in kept:
        match = _S6.search(manifest.path) if manifest.kind == "shell" else None
        if match is not None:
            inside = "/" + match.group(1)
            if manifest.path in image.sources(inside):
                yield manifest, inside


def under_manager(process: Process, situations: Sequence[Situation]) -> Process:
    """A program with what the containers around its manager add: the chain from the first one that
    is not for development, the variables that all of these agree about."""
    roles = [unit_facts.role(each, process.span) for each in situations]
    production = [
        each for each, (role, _) in zip(situations, roles, strict=True) if role == "production"
    ]
    telling = production or list(situations)
    role, reason = (process.role, process.role_reason) if production else roles[0]
    opened = process.environment_open or telling[0].environment_open
    return replace(
        process,
        role=role,
        role_reason=reason,
        environment={**_agreed([each.environment for each in telling]), **process.environment},
        environment_open=opened,
        chain=tidy((*telling[0].chain, *process.chain)),
        reached_by=tuple(tidy(each.chain) for each in situations),
    )


def _agreed(environments: Sequence[Mapping[str, Value]]) -> dict[str, Value]:
    first, *others = environments
    return {
        name: value
        for name, value in first.items()
        if all(each.get(name) == value for each in others)
    }
