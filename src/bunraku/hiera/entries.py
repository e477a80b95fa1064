"""`Entry`: one line of a hierarchy, a data function and the locations that it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from bunraku.hiera import backends
from bunraku.hiera.context import Cache, LookupContext
from bunraku.hiera.errors import HieraError, NotFound
from bunraku.hiera.interpolation import has_expressions, interpolate
from bunraku.hiera.keys import MISSING, Key
from bunraku.hiera.locations import Location
from bunraku.hiera.merge import Strategy

if TYPE_CHECKING:
    from bunraku.hiera.invocation import Invocation
    from bunraku.hiera.layers import Layer

Function = Callable[..., Any]


class Entry:
    """kind: data_hash (gives all data of a location at once), lookup_key (a root key's value) or data_dig (a key's).
    function: its name. locations: None for a function that needs none.
    """

    def __init__(
        self,
        layer: Layer,
        name: str,
        kind: str,
        function: str,
        options: Mapping[str, Any],
        locations: list[Location] | None,
    ) -> None:
        self.layer = layer
        self.name = name
        self.kind = kind
        self.function = function
        self.options = dict(options)
        self.places: list[Location | None] = [None] if locations is None else [*locations]
        self._caches: dict[str | None, Cache] = {}

    def lookup(self, key: Key, invocation: Invocation, merge: Strategy) -> Any:
        """What the locations say of the key; MISSING where none has it. Raises HieraError, CompileError."""
        with invocation.step("entry", self):
            return merge.lookup(self.places, invocation, lambda place: self._in_place(place, key, invocation))

    def names(self) -> set[Any] | None:
        """Every name that its data has; None while some of it is not read, or where only a function knows."""
        if self.kind != "data_hash":
            return None
        found: set[Any] = set()
        for place in self.places:
            if place is None or place.exists:
                cache = self._caches.get(place and place.place)
                if cache is None or cache.data is None:
                    return None
                found.update(cache.data)
        return found

    def _in_place(self, place: Location | None, key: Key, invocation: Invocation) -> Any:
        if place is None:
            return self._reported(self._find(None, key, invocation), key, invocation)
        with invocation.step("location", place):
            if not place.exists:
                if invocation.explainer is not None:
                    invocation.explainer.location_missing()
                return MISSING
            return self._reported(self._find(place, key, invocation), key, invocation)

    def _reported(self, value: Any, key: Key, invocation: Invocation) -> Any:
        if value is MISSING:
            invocation.report_missing(key.root)
        else:
            invocation.report_found(key.root, value)
        return value

    def _find(self, place: Location | None, key: Key, invocation: Invocation) -> Any:
        cache = self._caches.setdefault(place and place.place, Cache())
        if self.kind == "data_hash":
            return self._in_hash(place, key, invocation, cache)
        wanted = key.root if self.kind == "lookup_key" else key.text
        if wanted not in cache.found:
            argument: Any = key.root if self.kind == "lookup_key" else key.all_segments
            try:
                value = self._call(place, invocation, cache, argument)
            except NotFound:
                return MISSING
            cache.found[wanted] = self._checked(value, key, place, "returned from")
        value = cache.found[wanted]
        return key.undig(value) if self.kind == "data_dig" else value

    # ---- data_hash

    def _in_hash(self, place: Location | None, key: Key, invocation: Invocation, cache: Cache) -> Any:
        if cache.data is None:
            cache.data = self._data(place, invocation, cache)
        value = cache.data.get(key.root, MISSING)
        if value is MISSING or key.root in cache.plain:
            return value
        self._checked(value, key, place, "in hash returned from")
        if not has_expressions(value):
            cache.plain.add(key.root)
            return value
        return interpolate(value, invocation, True)

    def _data(self, place: Location | None, invocation: Invocation, cache: Cache) -> dict[Any, Any]:
        data: Any
        if self.function in backends.DATA_HASHES:
            data = backends.data_hash(self.function, self._options(place), self.layer.hiera)
        else:
            try:
                data = self._call(place, invocation, cache)
            except NotFound:
                return {}
        subject = f"Value returned from {self._described(place)}"
        if not isinstance(data, dict):
            from bunraku.language import types

            types.assert_instance(subject, types.parse("Hash"), data)
        self._check_names(data, subject)
        checked: dict[Any, Any] = data
        return checked

    def _check_names(self, data: dict[Any, Any], subject: str) -> None:
        """A module's data is about the module's own names."""
        module = self.layer.module
        if module is None:
            return
        prefix = f"{module}::"
        for name in data:
            if name != "lookup_options" and not str(name).startswith(prefix):
                self.layer.hiera.surroundings.warn(
                    f"Module '{module}': {subject} must use keys qualified with the name of the module"
                )

    # ---- functions

    def _call(self, place: Location | None, invocation: Invocation, cache: Cache, *arguments: Any) -> Any:
        context = LookupContext(self.layer, invocation, cache)
        if self.kind == "lookup_key" and self.function == "eyaml_lookup_key":
            return backends.eyaml_lookup_key(arguments[0], self._options(place), context)
        surroundings = self.layer.hiera.surroundings
        function = surroundings.find_function(self.function, invocation.scope)
        if function is None:
            raise HieraError(
                f"Unable to find '{self.kind}' function named '{self.function}'",
                at_config=True,
                file=self.layer.config_path,
            )
        with self.layer.hiera.during(invocation):
            return function(*arguments, self._options(place), context)

    def _options(self, place: Location | None) -> dict[str, Any]:
        return self.options if place is None else {**self.options, place.kind: place.place}

    def _described(self, place: Location | None) -> str:
        described = f"{self.kind} function '{self.function}'"
        return described if place is None else f"{described}, when using location '{place.place}',"

    def _checked(self, value: Any, key: Key, place: Location | None, how: str) -> Any:
        wrong = backends.unknown_to_the_language(value)
        if wrong is not None:
            raise HieraError(
                f"Value for key '{key.text if self.kind == 'data_dig' else key.root}', {how} {self._described(place)}"
                f" has wrong type, expects Puppet::LookupValue, got {wrong}"
            )
        return value
