"""A manifest as a place that values and findings point into."""

from __future__ import annotations

from bisect import bisect_right

from celerylint.facts.manifests.model import Manifest, Stretch, stretch
from celerylint.findings import Span
from celerylint.project.values import Site
from celerylint.structs import dataclass


@dataclass(slots=True, eq=False)
class Home:
    """The file that words stand in: turns their offsets into spans. newlines are the offsets behind
    each newline. parts are those of Manifest: each span is then in the file that it lies in."""

    path: str
    newlines: tuple[int, ...] = ()
    parts: tuple[Stretch, ...] = ()

    @classmethod
    def of(cls, manifest: Manifest) -> Home:
        """The home of a manifest's words."""
        return cls(manifest.path, manifest.newlines, manifest.parts)

    def position(self, offset: int) -> tuple[int, int]:
        """(line, column) from 1."""
        line = bisect_right(self.newlines, offset)
        return line + 1, offset - (self.newlines[line - 1] if line else 0) + 1

    def span(self, start: int, end: int) -> Span:
        """The stretch [start, end) as lines and columns."""
        if self.parts:
            first, path, newlines = stretch(self.parts, start)
            return Home(path, newlines).span(start - first, end - first)
        return Span(self.path, *self.position(start), *self.position(end))

    def site(self, start: int, end: int) -> Site:
        """The stretch as a value's site."""
        return Site(self, start, end)
