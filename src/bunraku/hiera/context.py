"""`LookupContext`: what a data function is handed beside the key and its options (`Puppet::LookupContext`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bunraku.catalog.values import from_hash_key, hash_key
from bunraku.hiera.backends import yaml_hash
from bunraku.hiera.errors import NotFound
from bunraku.hiera.interpolation import interpolate

if TYPE_CHECKING:
    from bunraku.hiera.invocation import Invocation
    from bunraku.hiera.layers import Layer


class Cache:
    """What is known of one location while a compilation runs.

    data: all of it, for a data_hash function; plain: its keys whose values have nothing to fill in. found: values by
    key, for the other functions. kept: what the function itself keeps.
    """

    __slots__ = ("data", "found", "kept", "plain")

    def __init__(self) -> None:
        self.data: dict[Any, Any] | None = None
        self.plain: set[Any] = set()
        self.found: dict[str, Any] = {}
        self.kept: dict[Any, Any] = {}


class LookupContext:
    """The methods that a data function, in the Puppet language or in Ruby, may call on its context."""

    puppet_methods = (
        "not_found",
        "explain",
        "interpolate",
        "cache",
        "cache_all",
        "cache_has_key",
        "cached_value",
        "cached_entries",
        "cached_file_data",
        "environment_name",
        "module_name",
    )

    def __init__(self, layer: Layer, invocation: Invocation, cache: Cache) -> None:
        self._layer = layer
        self._invocation = invocation
        self._cache = cache

    def method(self, name: str) -> Callable[..., Any] | None:
        """What `context.name(…)` calls in the Puppet language; None where it has no such method."""
        return getattr(self, name) if name in self.puppet_methods else None

    @property
    def ptype(self) -> Any:
        """Its type."""
        from bunraku.language import types

        return types.lookup("puppet::lookupcontext")

    def __str__(self) -> str:
        name = self.module_name()
        return "Puppet::LookupContext()" if name is None else f"Puppet::LookupContext('module_name' => '{name}')"

    def environment_name(self) -> str:
        """The environment's name."""
        return self._layer.hiera.surroundings.environment

    def module_name(self) -> str | None:
        """The module whose layer it is; None in the others."""
        return self._layer.module

    def not_found(self) -> None:
        """There is no such key here."""
        raise NotFound

    def explain(self, block: Callable[[], Any]) -> None:
        """Add the block's text to the explanation, if there is one."""
        if self._invocation.explainer is not None:
            self._invocation.report(str(block()))

    def interpolate(self, value: Any) -> Any:
        """`value` with every `%{…}` filled in."""
        return interpolate(value, self._invocation, True)

    def cache(self, key: Any, value: Any) -> Any:
        """Keep `value` for this location while the compilation runs; the value."""
        self._cache.kept[hash_key(key)] = value
        return value

    def cache_all(self, values: dict[Any, Any]) -> None:
        """Keep all of a hash."""
        self._cache.kept.update(values)

    def cache_has_key(self, key: Any) -> bool:
        """Whether something is kept."""
        return hash_key(key) in self._cache.kept

    def cached_value(self, key: Any) -> Any:
        """What is kept; undef where nothing is."""
        return self._cache.kept.get(hash_key(key))

    def cached_entries(self, block: Callable[..., Any] | None = None) -> Any:
        """Everything that is kept, as pairs; a block is called with each instead."""
        pairs = [[from_hash_key(key), value] for key, value in self._cache.kept.items()]
        if block is None:
            return pairs
        takes_two = getattr(block, "takes", lambda count: False)(2)
        for key, value in pairs:
            block(key, value) if takes_two else block([key, value])
        return None

    def cached_file_data(self, path: str, block: Callable[[str], Any] | None = None) -> Any:
        """What the file holds, or what the block makes of it; read once."""
        return self._layer.hiera.file_data(path, block)

    def yaml_data(self, path: str) -> dict[Any, Any]:
        """The hash that a YAML file holds; read once. Raises HieraError."""
        hiera = self._layer.hiera
        data: dict[Any, Any] = hiera.file_data(path, lambda text: yaml_hash(text, path, hiera))
        return data
