"""What a unit says about its processes: replicas, time to stop, user, role; with the platforms'
defaults."""

from __future__ import annotations

from celerylint.facts.manifests.classify import dev_marker
from celerylint.facts.manifests.words import Word
from celerylint.findings import Span
from celerylint.patterns import regex
from celerylint.project.choices import readings, settle
from celerylint.project.deployment.expansion import value_of
from celerylint.project.deployment.place import Home
from celerylint.project.deployment.situation import Situation
from celerylint.project.deployment.units import Service
from celerylint.project.durations import GRACE, REPLICAS, seconds
from celerylint.project.process import Chosen
from celerylint.project.values import Default, Literal, Unknown, Value
from celerylint.structs import replace

_SWITCHES = frozenset(("su", "sudo", "runuser", "setpriv", "chpst", "start-stop-daemon"))
_OFFICIAL = regex(r"(docker\.io/)?(library/)?(python|debian|ubuntu|alpine)(:[\w.-]+)?$")
_FIELDS = ("cpus", "memory", "init", "restart")
_TASK_RUNNERS = ("makefile", "justfile", "taskfile", "package-json")


def name(service: Service | None) -> str | None:
    """The unit's name; the container's where a template makes the unit's."""
    if service is None or not service.unit.name:
        return None
    container = service.unit.get("container")
    if "{{" in service.unit.name and container is not None:
        return str(container)
    return service.unit.name


def role(situation: Situation, place: Span) -> tuple[str, str]:
    """(production or development, why): by paths, by what restarts on changes, by the kind."""
    service = situation.service
    reason = situation.development
    if service is None:
        reason = reason or dev_marker(place.path)
        return ("development", reason) if reason else ("production", "")
    manifest = service.manifest
    reason = reason or manifest.dev or dev_marker(manifest.path)
    if not reason and manifest.kind in _TASK_RUNNERS:
        reason = "a task runner's task"
    if not reason and manifest.kind in ("ci", "ide"):
        reason = "continuous integration" if manifest.kind == "ci" else "an editor's configuration"
    return ("development", reason) if reason else ("production", "")


def field(service: Service | None, name: str, situation: Situation) -> Chosen | None:
    """A field of the unit, resolved; None where no file gives it."""
    found = service.word(name) if service is not None else None
    if found is None:
        return None
    word, home = found
    value = settle(value_of(word, situation.around, home))
    return Chosen(value, "unit", home.span(word.start, word.end))


def keys(service: Service | None, situation: Situation) -> dict[str, Chosen]:
    """What the unit says under its format's own keys, and some fields that all formats share; what
    stands under a template's condition is not known."""
    found: dict[str, Chosen] = {}
    for manifest, unit in service.layers if service is not None else ():
        home = Home.of(manifest)
        fields = ((name, getattr(unit, name)) for name in _FIELDS)
        for key, word in (*unit.extra, *fields):
            if isinstance(word, Word):
                value = settle(value_of(word, situation.around, home))
                if any(key == name for name, _ in unit.maybe):
                    value = Unknown("it depends on a template's condition")
                found[key] = Chosen(value, "unit", home.span(word.start, word.end))
    return found


def listed(service: Service | None, name: str, situation: Situation) -> tuple[Chosen, ...]:
    """`ports` or `mounts` of the unit, those of all layers."""
    found: list[Chosen] = []
    for manifest, unit in service.layers if service is not None else ():
        home = Home.of(manifest)
        for word in getattr(unit, name):
            value = settle(value_of(word, situation.around, home))
            found.append(Chosen(value, "unit", home.span(word.start, word.end)))
    return tuple(found)


def stop_signal(service: Service | None, situation: Situation) -> Chosen | None:
    """The signal that asks it to stop: the unit's, else the image's STOPSIGNAL."""
    return field(service, "stop_signal", situation) or _of_image("stop_signal", situation)


def _of_image(name: str, situation: Situation) -> Chosen | None:
    image = situation.image
    word = getattr(image.stage.unit, name) if image is not None else None
    if image is None or word is None:
        return None
    value = settle(value_of(word, image.around, image.home))
    return Chosen(value, "image", image.home.span(word.start, word.end))


def user(service: Service | None, situation: Situation) -> Chosen | None:
    """Who runs it: by `gosu` and the like, the unit, or the image (root, where an official one of
    a system or of Python says nothing)."""
    if situation.user:
        span = situation.chain[-1] if situation.chain else Span("", 1)
        return Chosen(Literal(situation.user), "option", span)
    if _SWITCHES.intersection(situation.wrappers):
        return None
    found = field(service, "user", situation) or _of_image("user", situation)
    image = situation.image
    if found is not None or image is None or not _OFFICIAL.match(image.base()):
        return found
    base = image.stage.base
    return Chosen(Literal("root"), "default of the image", image.home.span(base.start, base.end))


def _numbered(chosen: Chosen) -> Chosen:
    """The same with its text as a number, where it is one text."""
    found = readings(chosen.value)
    if len(found) != 1 or found[0][0] is None:
        return chosen
    number = seconds(found[0][0])
    if number is None:
        return chosen
    return Chosen(_replaced(chosen.value, number), chosen.origin, chosen.span)


def _replaced(value: Value, number: float) -> Value:
    if isinstance(value, Default) and value.default is not None:
        return replace(value, default=_replaced(value.default, number))
    return replace(_number(number), site=value.site, via=value.via)


def grace(service: Service | None, situation: Situation) -> Chosen | None:
    """Seconds between the stop signal and the kill, the platform's default included."""
    found = field(service, "stop_grace", situation)
    if found is not None:
        return _numbered(found)
    if service is None or service.manifest.kind not in GRACE:
        return None
    kind = service.manifest.kind
    return Chosen(_number(GRACE[kind]), f"default of {kind}", _place(service))


def _number(value: float) -> Literal:
    return Literal(int(value) if value.is_integer() else value)


def replicas(service: Service | None, situation: Situation) -> Chosen | None:
    """How many of it run, the platform's default included; None where nobody says."""
    found = field(service, "replicas", situation)
    if found is not None:
        return _numbered(found)
    if service is None or service.manifest.kind not in REPLICAS:
        return None
    kind = service.manifest.kind
    if kind == "systemd" and "@." in service.unit.name:
        return None
    if service.unit.kind == "DaemonSet":  # as many as there are machines
        return None
    return Chosen(Literal(REPLICAS[kind]), f"default of {kind}", _place(service))


def _place(service: Service) -> Span:
    manifest, unit = service.manifest, service.unit
    return Span(manifest.path, *manifest.position(unit.start))
