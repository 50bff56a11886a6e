"""What the project teaches Kombu's serializers: classes that JSON shall encode, and serializers of
its own under a known name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from celerylint.project.combine import text_of
from celerylint.project.interpreter.special import Here
from celerylint.project.objects import Arguments, ClassObject
from celerylint.project.values import Name, Value

if TYPE_CHECKING:
    from celerylint.project.interpreter.machine import Machine
    from celerylint.project.libraries.records import World

# Stands for classes that are not known.
ANY = "*"
_TYPES = "kombu.utils.json.register_type"
_SERIALIZERS = frozenset({"kombu.serialization.register", "kombu.serialization.registry.register"})


def listener(
    world: World, machine: Machine, function: Value, arguments: Arguments, here: Here
) -> None:
    """A call stands here: keep what it registers."""
    if not isinstance(function, Name) or not function.dotted.startswith("kombu."):
        return
    if function.dotted == _TYPES:
        given = arguments.get(0, "t")
        known = isinstance(given, Name | ClassObject)
        world.encoders.add(given.dotted if isinstance(given, Name | ClassObject) else ANY)
        if not known:
            machine.need(given)
    elif function.dotted in _SERIALIZERS:
        # A new name is none that anything is known of; one of Kombu's own means another encoder.
        name = text_of(arguments.get(0, "name"))
        if name is None or name in {"json", "yaml", "msgpack", "pickle"}:
            world.encoders.add(ANY)
