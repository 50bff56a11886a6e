"""Which setting of Celery's was meant by a name that Celery does not know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from celerylint import oracle
from celerylint.oracle import Release
from celerylint.project import naming
from celerylint.structs import dataclass

# What settings of a family begin with.
_FAMILIES = ("task", "worker", "result", "broker", "beat", "event", "control", "redis", "database")
_LONG = 9  # a shorter name is taken for another one only where a single letter differs
FORMER_LAST = "3.1"


@dataclass(frozen=True, slots=True)
class Explained:
    """kind is removed (last: the last series that had it) or unknown (meant was likely meant)."""

    kind: str
    setting: str = ""
    meant: str = ""
    last: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """The names that Celery knows in the allowed releases, under a namespace or none."""

    releases: tuple[Release, ...]
    prefix: str | None

    def explain_source(self, name: str, of_django: bool) -> Explained | None:
        """What a name of the loaded object was meant for; None where it is fine or anybody's."""
        if _known_anywhere(name):
            return self._gone(name) if self._is_own(name) else None
        rest = self._rest(name)
        if rest is not None and _known_anywhere(rest):
            return self._gone(rest)
        if name.isupper() and name.startswith("CELERY") and name in oracle.former():
            return self._renamed(name) or Explained("removed", last=FORMER_LAST)
        if rest is not None:
            return self._like_former(name) or self._near(rest, self._namespaced)
        if self.prefix or of_django or not name.islower() or name.strip("_") != name:
            return None  # of a module that is all for Celery, too
        return self._near(name, str)

    def explain_write(self, name: str) -> Explained | None:
        """What a name that code writes to `app.conf` was meant for."""
        if not name.islower() or _known_anywhere(name):
            return self._gone(name) if name.islower() else None
        return self._near(name, str)

    def explain_keyword(self, name: str) -> Explained | None:
        """What a keyword of `Celery(...)` that is no parameter of it was meant for."""
        if not name.islower() or _known_anywhere(name):
            return self._gone(name) if name.islower() else None
        own = frozenset(each for release in self.releases for each in oracle.app_keywords(release))
        meant = _nearest(name, own)
        return Explained("unknown", meant=meant) if meant else self._near(name, str)

    def _is_own(self, name: str) -> bool:
        return name.islower() or name.startswith("CELERY")

    def _rest(self, name: str) -> str | None:
        """The setting that a name with the namespace's prefix stands for."""
        if not self.prefix:
            return None
        prefix = self.prefix.rstrip("_") + "_"
        return name[len(prefix) :].lower() if name.startswith(prefix) and name.isupper() else None

    def _namespaced(self, setting: str) -> str:
        return f"{(self.prefix or '').rstrip('_')}_{setting}".upper()

    def _gone(self, name: str) -> Explained | None:
        """What older releases had only."""
        if name in oracle.LITERAL_KEYS or name in naming.ENVIRONMENT:
            return None
        if any(oracle.settings(each).known(name) for each in self.releases):
            return None
        had = [each for each in oracle.series() if oracle.settings(each).known(name)]
        if not had or had[-1] >= min(self.releases)[:2]:
            return None
        return Explained("removed", setting=name, last=".".join(map(str, had[-1])))

    def _renamed(self, name: str) -> Explained | None:
        """A name of Celery 3.1 whose setting there still is."""
        setting = name.partition("_")[2].lower()
        if not any(setting in oracle.settings(each).new_to_old for each in self.releases):
            return None
        meant = self._namespaced(setting) if self.prefix else setting
        return Explained("unknown", setting=setting, meant=meant)

    def _like_former(self, name: str) -> Explained | None:
        """A name of Celery 3.1 that was written anew for the namespace."""
        words = sorted(name.split("_"))
        if any(sorted(each.split("_")) == words for each in oracle.former()):
            return Explained("removed", last=FORMER_LAST)
        return None

    def _near(self, name: str, spelled: object) -> Explained | None:
        names = _names(self.releases)
        families = {f"{each}_{name}" for each in _FAMILIES} & names
        meant = families.pop() if len(families) == 1 else ""
        meant = meant or _reordered(name, names) or _nearest(name, names)
        if not meant:
            return None
        written = spelled(meant) if callable(spelled) else meant
        return Explained("unknown", setting=meant, meant=str(written))


@lru_cache(maxsize=1024)
def _known_anywhere(name: str) -> bool:
    return any(oracle.settings(each).known(name) for each in oracle.series())


@lru_cache(maxsize=8)
def _names(releases: Sequence[Release]) -> frozenset[str]:
    tables = [oracle.settings(each) for each in releases]
    return frozenset(name for table in tables for name in (*table.new_names, *table.unlisted))


def _reordered(name: str, names: Iterable[str]) -> str:
    words = sorted(name.split("_"))
    found = [each for each in names if sorted(each.split("_")) == words]
    return found[0] if len(found) == 1 else ""


@lru_cache(maxsize=1024)
def _nearest(name: str, names: frozenset[str]) -> str:
    """The one name that differs in a letter or two; "" where there is none, or more than one."""
    bound = 2 if len(name) >= _LONG else 1
    if len(name) < 5:
        return ""
    letters = set(name)
    by_distance: dict[int, list[str]] = {}
    for each in names:
        # Each step changes two letters at most; most names are told apart without counting steps.
        if abs(len(each) - len(name)) <= bound and len(letters.symmetric_difference(each)) <= (
            2 * bound
        ):
            by_distance.setdefault(distance(name, each), []).append(each)
    least = min(by_distance, default=bound + 1)
    return by_distance[least][0] if least <= bound and len(by_distance[least]) == 1 else ""


def distance(one: str, other: str) -> int:
    """How many letters have to be added, left out, replaced, or swapped with their neighbour."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            least = min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                least = min(least, older[j - 2] + 1)
            row.append(least)
    return row[-1]
