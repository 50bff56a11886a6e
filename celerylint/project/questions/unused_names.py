"""Names that configure nothing, as rules ask for them."""

from __future__ import annotations

from collections.abc import Iterator

from celerylint.project.model import App, Ineffective, Project


def unused_names(project: Project, *kinds: str) -> Iterator[tuple[App, Ineffective]]:
    """The names of these kinds, each once, with the first app that they were meant for; what only
    tests are configured with is left out.
    """
    seen = set()
    for app in project.apps:
        for profile in app.profiles:
            for each in profile.ineffective if profile.role != "test" else ():
                if each.kind in kinds and (each.name, each.span) not in seen:
                    seen.add((each.name, each.span))
                    yield app, each
