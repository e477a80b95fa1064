"""The built-in data functions: yaml_data, json_data, eyaml_lookup_key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bunraku.hiera.errors import HieraError, NotFound

if TYPE_CHECKING:
    from bunraku.hiera.context import LookupContext
    from bunraku.hiera.lookup import Hiera

DATA_HASHES = ("yaml_data", "json_data", "hocon_data")

_NEEDS_PATH = (
    "one of 'path', 'paths' 'glob', 'globs' or 'mapped_paths' must be declared in hiera.yaml when using this"
    " {kind} function"
)


def data_hash(function: str, options: Mapping[str, Any], hiera: Hiera) -> Any:
    """All data of a location, by the function yaml_data or json_data. Raises HieraError."""
    if function == "hocon_data":
        raise HieraError("Lookup using Hocon data_hash function is not supported without hocon library")
    path = options.get("path")
    if path is None:
        raise HieraError(f"'{function}' {_NEEDS_PATH.format(kind='data_hash')}", at_config=True)
    return hiera.file_data(
        path, (lambda text: yaml_hash(text, path, hiera)) if function == "yaml_data" else _json(path)
    )


def yaml_hash(text: str, path: str, hiera: Hiera) -> dict[Any, Any]:
    """The hash that a YAML file holds; an empty one, with a warning, where it holds something else.

    Raises HieraError.
    """
    from bunraku.formats.yaml import YamlError, load

    try:
        data = load(text, path)
    except YamlError as error:
        raise HieraError(f"Unable to parse {error}") from None
    if isinstance(data, dict):
        return data
    hiera.surroundings.warn(f"{path}: file does not contain a valid yaml hash")
    return {}


def _json(path: str) -> Any:
    def read(text: str) -> Any:
        import json

        try:
            return json.loads(text)
        except ValueError as error:
            raise HieraError(f"Unable to parse ({path}): {error}") from None

    return read


def eyaml_lookup_key(key: str, options: Mapping[str, Any], context: LookupContext) -> Any:
    """The value of a key of a YAML file whose strings may be encrypted (`ENC[PKCS7,…]`).

    Raises HieraError, NotFound.
    """
    from bunraku.hiera import eyaml

    if context.cache_has_key(key):
        return context.cached_value(key)
    path = options.get("path")
    if path is None:
        raise HieraError(f"'eyaml_lookup_key': {_NEEDS_PATH.format(kind='lookup_key')}", at_config=True)
    data = context.yaml_data(path)
    if key not in data:
        raise NotFound
    return context.cache(key, eyaml.decrypted(data[key], options, key, context))


def unknown_to_the_language(value: Any) -> str | None:
    """The type of a part of `value` that the Puppet language has no values of; None where all is well."""
    if isinstance(value, list):
        return next(filter(None, map(unknown_to_the_language, value)), None)
    if isinstance(value, dict):
        return next(filter(None, map(unknown_to_the_language, value.values())), None)
    return "Runtime[ruby, 'Symbol']" if type(value).__name__ == "Symbol" else None
