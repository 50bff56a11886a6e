"""What a container's image holds: where its files come from, and what it runs by itself."""

from __future__ import annotations

import fnmatch
import functools
import posixpath
import re
from collections.abc import Iterator, Mapping

from celerylint.facts.manifests.model import Command, Copy, Manifest, Stage
from celerylint.facts.manifests.words import Word
from celerylint.project.deployment.expansion import Surroundings, text_of, value_of
from celerylint.project.deployment.manifest_files import Files, normal
from celerylint.project.deployment.place import Home
from celerylint.project.deployment.units import Service
from celerylint.project.values import Default, Value
from celerylint.structs import dataclass


@dataclass(frozen=True)
class Image:
    """A stage of a Dockerfile, built from a context folder of the tree."""

    manifest: Manifest
    stage: Stage
    context: str
    files: Files

    @property
    def home(self) -> Home:
        """The Dockerfile."""
        return Home.of(self.manifest)

    @functools.cached_property
    def around(self) -> Surroundings:
        """ARG defaults and ENV, for the words of the Dockerfile."""
        build: dict[str, Value] = {}
        around = Surroundings(build=build)
        for variable in (*self.stage.args, *self.stage.unit.env):
            if variable.value is None:
                build.setdefault(variable.name, Default(variable.name))
            else:
                build[variable.name] = value_of(variable.value, around, self.home)
        return around

    def environment(self) -> Mapping[str, Value]:
        """ENV of the stage."""
        build = self.around.build
        return {each.name: build[each.name] for each in self.stage.unit.env if each.name in build}

    def workdir(self) -> str:
        """WORKDIR, "" where the base image decides."""
        return text_of(self.stage.unit.workdir, self.around, self.home) or ""

    def command(self, role: str) -> Command | None:
        """ENTRYPOINT (role entrypoint) or CMD (role command)."""
        return self.stage.unit.named(role)

    def base(self) -> str:
        """The image that the stage, or the stage that it is built on, begins with."""
        name, seen = self.stage.base, 0
        while seen < 20:
            text = text_of(name, self.around, self.home) or str(name)
            below = next((each for each in self.manifest.stages if each.name == text), None)
            if below is None or not text:
                return text
            name, seen = below.base, seen + 1
        return ""

    @functools.cached_property
    def _copies(self) -> tuple[tuple[Copy, str, bool, tuple[str, ...]], ...]:
        """(copy, its absolute target, whether that is a folder, its sources), the last first."""
        found = []
        for copy in reversed(self.stage.copies):
            target = text_of(copy.target, self.around, self.home)
            sources = [text_of(word, self.around, self.home) for word in copy.sources]
            if target is not None:
                place = posixpath.normpath(posixpath.join("/", copy.workdir, target))
                known = tuple(source for source in sources if source is not None)
                found.append((copy, place, target.endswith(("/", ".")), known))
        return tuple(found)

    def sources(self, path: str, depth: int = 0) -> Iterator[str]:
        """Files of the tree that a path inside the image may come from, the last COPY first."""
        for copy, target, folder, sources in self._copies if depth <= 5 else ():
            if path == target or path.startswith(target.rstrip("/") + "/"):
                for source in sources:
                    yield from self._copied(copy, source, target, folder, path, depth)

    def folder(self, path: str, depth: int = 0) -> str | None:
        """The folder of the tree that a folder inside the image is copied from."""
        for copy, target, _, sources in self._copies if depth <= 5 else ():
            rest = _below(path, target)
            for source in sources if rest is not None and copy.kind in ("copy", "add") else ():
                if copy.stage is not None:
                    stage = self._stage(copy.stage)
                    inner = posixpath.normpath(posixpath.join("/", source, rest or ""))
                    found = stage.folder(inner, depth + 1) if stage is not None else None
                else:
                    local = normal(self.context, source.lstrip("/"), rest or "")
                    found = local if local is not None and self.files.is_folder(local) else None
                if found is not None:
                    return found
        return None

    def _copied(
        self, copy: Copy, source: str, target: str, folder: bool, path: str, depth: int
    ) -> Iterator[str]:
        if copy.kind == "link":
            if path == target:
                yield from self.sources(posixpath.normpath(source), depth + 1)
        elif copy.kind == "cp":
            into = posixpath.join(target, _name(source)) if folder else target
            if path == into:
                inner = posixpath.normpath(posixpath.join("/", copy.workdir, source))
                yield from self.sources(inner, depth + 1)
        elif copy.stage is not None:
            stage = self._stage(copy.stage)
            rest = _below(path, target)
            if stage is not None and rest is not None:
                inner = posixpath.normpath(posixpath.join("/", source, rest))
                yield from stage.sources(inner.rstrip("/"), depth + 1)
        elif copy.body is None:
            yield from self._from_context(source, target, folder, path)

    def _from_context(self, source: str, target: str, folder: bool, path: str) -> Iterator[str]:
        local = normal(self.context, source.lstrip("/"))
        if local is None:
            return
        if "*" in source:
            name = posixpath.basename(path)
            inside = normal(posixpath.dirname(local), name) or ""
            if inside in self.files and fnmatch.fnmatchcase(inside, local):
                yield from [inside] if posixpath.dirname(path) == target else []
        elif local in self.files:
            into = folder or self.files.is_folder(target.lstrip("/"))
            if path == target or (into and path == posixpath.join(target, _name(local))):
                yield local
        elif self.files.is_folder(local):
            rest = _below(path, target)
            found = normal(local, rest) if rest else None
            if found is not None and found in self.files:
                yield found

    def _stage(self, word: Word) -> Image | None:
        name = text_of(word, self.around, self.home)
        for number, stage in enumerate(self.manifest.stages):
            if name in (stage.name, str(number)) and name and stage is not self.stage:
                return built_image(self.manifest, stage, self.context, self.files)
        return None


def _name(path: str) -> str:
    return posixpath.basename(path)


def _below(path: str, folder: str) -> str | None:
    """The rest of a path below a folder, None where it is not below it."""
    if path == folder:
        return ""
    prefix = folder if folder.endswith("/") else folder + "/"
    return path[len(prefix) :] if path.startswith(prefix) else None


def built_image(manifest: Manifest, stage: Stage, context: str, files: Files) -> Image:
    """The image of a stage; each is made once per tree, since it remembers what it resolved."""
    key = (manifest.path, manifest.stages.index(stage), context)
    known = files.images.get(key)
    if not isinstance(known, Image):
        known = files.images[key] = Image(manifest, stage, context, files)
    return known


def image_of(service: Service, files: Files) -> Image | None:
    """The image that a unit runs, when the tree builds it: by its `build`, or by another service
    that builds an image of the same name."""
    built = service.build()
    if built is None:
        return _by_name(service, files)
    build, manifest = built
    home, around = Home.of(manifest), Surroundings()
    context = text_of(build.context, around, home) if build.context is not None else "."
    folder = posixpath.dirname(manifest.path)
    where = normal(folder, context) if context is not None else None
    if where is None:
        return None
    name = text_of(build.dockerfile, around, home) if build.dockerfile is not None else "Dockerfile"
    path = normal(where, name) if name else None
    found = files.manifest(path) if path is not None else None
    if found is None and path is not None:
        inside = [each for each in files.named(_name(path)) if each.endswith("/" + path)]
        found = files.manifest(inside[0]) if len(inside) == 1 else None
    if found is None or not found.stages:
        return None
    target = text_of(build.target, around, home) if build.target is not None else None
    named = [stage for stage in found.stages if target and stage.name == target]
    return built_image(found, (named or [found.stages[-1]])[-1], where, files)


def _by_name(service: Service, files: Files) -> Image | None:
    image = service.word("image")
    if image is None:
        return None
    wanted = str(image[0])
    for other in service.manifest.units:
        builds = other is not service.unit and other.build is not None
        if builds and other.image is not None and str(other.image) == wanted:
            return image_of(Service(((service.manifest, other),)), files)
    return None


def shell_kind(image: Image | None) -> str:
    """What `sh` is in the image: dash, bash, ash, or "" where nobody knows."""
    base = image.base().lower() if image is not None else ""
    if re.search(r"alpine", base):
        return "ash"
    if re.search(r"fedora|ubi|centos|rocky|alma|amazonlinux|opensuse|archlinux", base):
        return "bash"
    if re.search(r"debian|ubuntu|slim|bookworm|bullseye|buster|trixie|jammy|noble|focal", base):
        return "dash"
    if re.match(r"(docker\.io/)?(library/)?(python|node):[\d.]+$", base):
        return "dash"
    return ""
