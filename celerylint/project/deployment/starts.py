"""Every Celery process that the files of a tree start."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Mapping, Sequence

from celerylint.facts.manifests.model import Command, Manifest
from celerylint.facts.manifests.words import Text
from celerylint.findings import Span
from celerylint.oracle.options import Release
from celerylint.project.collected import Collected, Installed
from celerylint.project.deployment.argv import Arg
from celerylint.project.deployment.building import finished
from celerylint.project.deployment.celeryd import celeryd_starts
from celerylint.project.deployment.chains import Follower, shell_words
from celerylint.project.deployment.entrypoints import EntryPoint, entry_points
from celerylint.project.deployment.environment import surroundings
from celerylint.project.deployment.expansion import Surroundings, expand, text_of
from celerylint.project.deployment.images import Image, built_image, image_of
from celerylint.project.deployment.installed import anywhere, installed_settings
from celerylint.project.deployment.kills import kills
from celerylint.project.deployment.managers import follow_s6, supervised
from celerylint.project.deployment.manifest_files import Files, Read, ReadFacts, normal
from celerylint.project.deployment.overlays import Overlays, included
from celerylint.project.deployment.place import Home
from celerylint.project.deployment.situation import Situation
from celerylint.project.deployment.units import Service, override_mounts, starts_itself
from celerylint.project.deployment.unread import unread
from celerylint.project.deployment.webservers import from_commands, from_ini
from celerylint.project.values import Unknown
from celerylint.structs import replace

_NO_UNITS = frozenset(("shell", "dockerfile", "helm-values", "env", "celeryd"))
_STARTING_ROLES = ("command", "args", "ExecStart", "run", "task")


def collect(
    paths: Iterable[str],
    read: Read,
    release: Release,
    facts: ReadFacts | None = None,
    workers: Iterable[str] = (),
    built: Iterable[Sequence[Arg]] = (),
    named: Iterable[str] = (),
) -> Collected:
    """Reads a tree's manifests and links them.

    paths are project-relative; read gives a file's bytes; release decides which options exist;
    facts reads one manifest (a cache may stand before it); workers are declared command lines that
    no file starts; built are those that Python code puts together (`os.execvp`, `worker_main`), the
    word `celery` first; named are paths that the user says start workers. Never raises for bad
    input.
    """
    files = Files(paths, read, facts, named)
    collector = _Collector(files, entry_points(files))
    collector.run()
    collector.declared(workers)
    for args in built:
        collector.follower.follow(args, Situation(None, None, Surroundings(), {}))
    starts = collector.follower.starts
    processes = included(
        finished(starts, collector.managers_of, release, collector.own), collector.kept
    )
    mentions = unread(collector.kept, processes, files)
    servers = (*from_commands(collector.follower.served), *from_ini(files))
    problems = tuple(sorted(set(files.problems)))
    killing = tuple(kills(collector.kept))
    installed = tuple(collector.installed)
    return Collected(tuple(processes), tuple(mentions), problems, servers, killing, installed)


class _Collector:
    def __init__(self, files: Files, own: Mapping[str, EntryPoint]) -> None:
        self.files = files
        self.own = own
        self.follower = Follower(files, {name: entry.direct for name, entry in own.items()})
        self.kept: list[Manifest] = []
        self.images_run: set[str] = set()
        self.managers_of: dict[str, list[Situation]] = {}
        self.installed: dict[Installed, None] = {}  # in order

    def run(self) -> None:
        self.kept = self.files.kept()
        overlays = Overlays(self.kept, self.files)
        for manifest in self.kept:
            if manifest.kind not in _NO_UNITS:
                for unit in manifest.units:
                    for found in overlays.services(manifest, unit):
                        self.unit(found)
            elif manifest.kind == "celeryd":
                self.follower.starts += celeryd_starts(manifest)
        for found in overlays.kustomized():
            self.unit(found)
        self.dockerfiles()
        self.managers()
        self.scripts()

    def unit(self, found: Service) -> None:
        if not starts_itself(found):
            return
        image = image_of(found, self.files)
        situation = self.situation(found, image)
        if image is not None:
            self.settings(situation, (image,))
        entrypoint = found.command("entrypoint")
        commands = [
            (each, Home.of(manifest))
            for manifest, unit in found.layers[found.at :]
            for each in unit.commands
            if each.role in _STARTING_ROLES
        ]
        own = found.command(*_STARTING_ROLES)
        if len(commands) > 1 and len({home.path for _, home in commands}) == 1:
            for command, home in commands:
                self.follower.command(command, home, self.at(situation, (command, home)))
        else:
            self.effective(entrypoint, own, image, situation)

    def effective(
        self,
        entrypoint: tuple[Command, Home] | None,
        command: tuple[Command, Home] | None,
        image: Image | None,
        situation: Situation,
    ) -> None:
        """ENTRYPOINT and CMD, of the unit or else of its image, as one command line."""
        if entrypoint is None and image is not None:
            inherited = image.command("entrypoint")
            if command is None:
                self.images_run.add(image.manifest.path)
                default = image.command("command")
                command = (default, image.home) if default is not None else None
            entrypoint = (inherited, image.home) if inherited is not None else None
        if command is None and entrypoint is None:
            return
        if entrypoint is None and command is not None:
            self.follower.command(*command, self.at(situation, command))
        elif entrypoint is not None and entrypoint[0].script is not None:
            self.follower.command(*entrypoint, self.at(situation, entrypoint))
        elif entrypoint is not None:
            self.joined(entrypoint, command, situation)

    def joined(
        self,
        entrypoint: tuple[Command, Home],
        command: tuple[Command, Home] | None,
        situation: Situation,
    ) -> None:
        place = self.at(situation, command or entrypoint)
        tail: list[list[Arg]] = [[]]
        if command is not None and command[0].script is not None:
            tail = [shell_words(command[0], command[1])]
        elif command is not None:
            tail = expand(command[0].words, situation.around, command[1])
        for head in expand(entrypoint[0].words, situation.around, entrypoint[1]):
            for rest in tail:
                self.follower.follow([*head, *rest], place)

    def at(self, situation: Situation, command: tuple[Command, Home]) -> Situation:
        """The chain begins at the command that the unit gives, or at the unit's name."""
        situation = replace(situation, conditions=command[0].conditions)
        place = command[1].span(command[0].start, command[0].end)
        if situation.chain and situation.chain[0].path != place.path:
            return situation
        return replace(situation, chain=(place,))

    def situation(self, found: Service, image: Image | None) -> Situation:
        around, opened = surroundings(found, image, self.files)
        manifest, unit = found.manifest, found.unit
        workdir = found.word("workdir")
        inside = workdir[0].literal() if workdir is not None else None
        if inside is None and image is not None:
            inside = image.workdir()
        return Situation(
            found,
            image,
            around,
            dict(around.unit),
            opened,
            inside or "",
            (Span(manifest.path, *manifest.position(unit.start)),),
            development=_mounts_source(found, image, self.files),
        )

    def dockerfiles(self) -> None:
        """Images that no unit of the tree runs by their own command, and what others may choose."""
        fruitless = []
        for manifest in self.kept:
            if manifest.kind == "dockerfile" and manifest.stages:
                context = posixpath.dirname(manifest.path)
                image = built_image(manifest, manifest.stages[-1], context, self.files)
                own = Service(((manifest, replace(image.stage.unit, commands=())),))
                situation = replace(self.situation(own, image), chain=())
                entrypoint, command = image.command("entrypoint"), image.command("command")
                before = len(self.follower.starts)
                if manifest.path not in self.images_run:
                    self.settings(situation, anywhere(image))
                    self.effective(
                        (entrypoint, image.home) if entrypoint is not None else None,
                        (command, image.home) if command is not None else None,
                        None,
                        situation,
                    )
                if entrypoint is not None and len(self.follower.starts) == before:
                    fruitless.append((entrypoint, image.home, situation))
        for each, home, situation in fruitless:
            self.otherwise(each, home, situation)

    def otherwise(self, entrypoint: Command, home: Home, situation: Situation) -> None:
        """What a script that is an image's entrypoint starts for other words than the image's CMD,
        which is only a default: charts and dashboards outside the tree give others. A script whose
        starts the tree itself chooses from is left at that."""
        follower = self.follower
        known = {start.word.span.path for start in follower.starts} | {home.path}
        starts, managed, served = follower.starts, [*follower.managed], [*follower.served]
        follower.starts = []
        place = self.at(situation, (entrypoint, home))
        anything = Arg(Unknown("words that the image is run with"), place.chain[0], open=True)
        for head in expand(entrypoint.words, situation.around, home):
            follower.follow([*head, anything], place)
        found = (each for each in follower.starts if each.word.span.path not in known)
        follower.starts = [*starts, *found]
        follower.managed, follower.served = managed, served

    def settings(self, situation: Situation, images: Iterable[Image]) -> None:
        """Note the settings module that a unit in production runs with, where its image alone has
        it."""
        found = installed_settings(situation, images)
        if found is not None:
            self.installed.setdefault(found)

    def managers(self) -> None:
        """Programs of the process managers that units start."""
        for managed in list(self.follower.managed):
            if managed.name == "supervisord":
                for manifest in supervised(managed, self.kept, self.files):
                    self.managers_of.setdefault(manifest.path, []).append(managed.situation)
            elif managed.name in ("init", "s6-svscan"):
                follow_s6(managed, self.kept, self.follower)

    def scripts(self) -> None:
        """Scripts that nothing in the tree runs."""
        for manifest in self.kept:
            if manifest.kind != "shell" or manifest.path in self.follower.reached:
                continue
            found = self.files.script(manifest.path)
            if found is not None:
                home, text, interpreter = found
                around = Surroundings(script=manifest.path)
                seen = frozenset((manifest.path,))
                situation = Situation(
                    None, None, around, {}, seen=seen, copied=self.copied(manifest.path)
                )
                self.follower.text(home, text, interpreter, None, situation, string=False)

    def copied(self, path: str) -> Span | None:
        """The COPY by which a Dockerfile puts this one file into its image."""
        for manifest in self.kept:
            if manifest.kind != "dockerfile":
                continue
            folder = posixpath.dirname(manifest.path)
            for stage in manifest.stages:
                image = built_image(manifest, stage, folder, self.files)
                copies = (each for each in stage.copies if each.kind != "cp")
                for source in (each for copy in copies for each in copy.sources):
                    text = (text_of(source, image.around, image.home) or "").lstrip("/")
                    if text and path in (normal(text), normal(folder, text)):
                        return image.home.span(source.start, source.end)
        return None

    def declared(self, workers: Iterable[str]) -> None:
        """Command lines that the configuration declares."""
        for line in workers:
            home = Home("celerylint configuration")
            situation = Situation(None, None, Surroundings(), {})
            self.follower.text(home, Text.at(line, 0), "bash", None, situation, string=True)


def _mounts_source(found: Service, image: Image | None, files: Files) -> str:
    """Why a compose service is for development: its source code is mounted over the image's, by its
    own file or by the one that `docker compose up` takes besides it."""
    if found.manifest.kind != "compose":
        return ""
    folder = posixpath.dirname(found.manifest.path)
    roots = {".", "./"} | ({image.context} if image is not None else set())
    for mount, manifest in (*found.mounts(), *override_mounts(found, files)):
        source = str(mount).partition(":")[0]
        inside = posixpath.normpath(posixpath.join(folder, source))
        package = posixpath.join(inside, "__init__.py") in files
        if source.startswith(".") and (package or source in roots or inside in roots):
            by = f"{manifest.path} " if manifest.path != found.manifest.path else ""
            return f"{by}mounts the source code ({mount})"
    return ""
