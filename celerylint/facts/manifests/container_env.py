"""The environment of a Kubernetes container: what it sets, and why there may be more."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from celerylint.facts.manifests import interpolation
from celerylint.facts.manifests.model import EnvFile, Variable
from celerylint.facts.manifests.words import Lit, Text, Word
from celerylint.facts.manifests.yaml_nodes import Mapping, Node, Scalar, Sequence
from celerylint.facts.manifests.yaml_text import YamlFile, is_null
from celerylint.patterns import regex

Change = Callable[[Text], Text]

_KEPT = ("configMapKeyRef", "secretKeyRef", "fieldRef", "resourceFieldRef")
_CAPITALS = regex(r"\$\(([A-Z][A-Z0-9_]*)\)")


class Environment:
    """`env` and `envFrom` of one container.

    `change` replaces what the format replaces in any string; `dependent` also the `$(X)` of
    variables that this environment has (or may have, where it is open and X is in capitals).
    """

    def __init__(self, file: YamlFile, container: Mapping, change: Change) -> None:
        self._file = file
        self._container = container
        self._change = change
        self._listed = tuple(self._entries())
        self._names = frozenset(name for _, name, _ in self._listed)
        self.files = tuple(self._env_files())
        self.why = self._open()
        self.variables = tuple(self._variable(*entry) for entry in self._listed)

    def dependent(self, text: Text) -> Text:
        text = self._change(text)
        names = self._names
        if self.why or self.files:
            names |= frozenset(_CAPITALS.findall(text.value))
        return interpolation.kubernetes(text, names)

    def _entries(self) -> Iterator[tuple[Scalar, str, Node]]:
        """(place, name, item) of each variable."""
        env = self._file.get(self._container, "env")
        if isinstance(env, Mapping):  # some custom resources and charts write a mapping
            for entry in self._file.entries(env):
                yield entry.key, entry.name, entry.value
        for item in env.items if isinstance(env, Sequence) else []:
            name = self._file.get(item, "name")
            if isinstance(name, Scalar) and (word := self._file.word(name)) is not None:
                yield name, str(word), item

    def _variable(self, place: Scalar, name: str, item: Node) -> Variable:
        source = self._file.get(item, "valueFrom")
        if source is not None:
            return Variable(name, None, place.start, place.end, self._kept(source))
        value = item if isinstance(item, Scalar) else self._file.get(item, "value")
        text = self._file.text(value)
        if text is not None:
            return Variable(name, self.dependent(text).word(), place.start, place.end)
        if is_null(value):  # Kubernetes: the default of a value is ""
            empty = Word((Lit(""),), place.end, place.end, True)
            return Variable(name, empty, place.start, place.end)
        return Variable(name, None, place.start, place.end, "not a plain value")

    def _kept(self, source: Node) -> str:
        for kind in _KEPT:
            reference = self._file.get(source, kind)
            if reference is not None:
                words = (self._file.word(self._file.get(reference, key)) for key in ("name", "key"))
                return " ".join([kind, *(str(word) for word in words if word is not None)])
        return "valueFrom"

    def _env_files(self) -> Iterator[EnvFile]:
        for item in self._sources():
            reference = self._file.get(item, "configMapRef")
            name = self._file.word(self._file.get(reference, "name"))
            if name is not None and self._file.get(item, "prefix") is None:
                word = Word((Lit("configmap:"), *name.parts), name.start, name.end, True)
                yield EnvFile(word, self._file.string(reference, "optional") == "true")

    def _sources(self) -> list[Node]:
        sources = self._file.get(self._container, "envFrom")
        return sources.items if isinstance(sources, Sequence) else []

    def _open(self) -> str:
        for item in self._sources():
            reference = self._file.get(item, "secretRef")
            if reference is not None:
                name = self._file.word(self._file.get(reference, "name"))
                return f"envFrom: secret {name}" if name is not None else "envFrom: a secret"
            if self._file.get(item, "prefix") is not None:
                return "envFrom: with a prefix"
        for key in ("env", "envFrom"):
            rendered = self._file.rendered(self._container, key)
            if rendered:
                return f"the template adds variables: {rendered[0]}"
        return ""
