"""The built-in functions: one file a family, found by name, imported on first use.

How a function is written (in a family's file):

    @function("split", "String str, String pattern")
    def split_by_text(scope, text, pattern): ...

    @function("split", "String str, Regexp pattern")
    def split_by_regexp(scope, text, pattern): ...

- Each signature adds an overload; the first that takes the arguments is called. `scope` is the calling scope
  (variables, `scope.compiler`, logging); values are Puppet's values as `catalog.values` tells.
- A signature is a comma-separated list of `TYPE name`, with a mark before the name: none = required, `?` = optional,
  `*` = any number (last), `+` = at least one (last). A lambda comes last as `Callable[…] &block`, or `?&block`, and
  arrives as the keyword argument `block` (None where it was left out). The types and names are those that Puppet's
  own messages show.
- A block is called like a Python function: `block(a, b)`; `block.takes(n)` tells whether n arguments fit.
  `Next` is settled inside the block; `Break` passes through, and the iterating function settles it.
- `@legacy("md5", 1)` writes a function of Puppet's older interface: any arguments, only counted; a block is left alone.
- `@on_mismatch("compare")` decorates what says in the function's own words why a call does not fit.
- A function raises `CompileError` without a place; the evaluator adds the place of the call.

FAMILIES names what each file holds, so that one function costs one import; a test holds it against the files.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from bunraku.language.functions.dispatch import (
    Block,
    NativeFunction,
    Overload,
    Signature,
    legacy_call,
    local_type,
)

__all__ = [
    "FAMILIES",
    "Block",
    "NativeFunction",
    "Signature",
    "find",
    "function",
    "legacy",
    "local_type",
    "names",
    "on_mismatch",
]

FAMILIES: dict[str, str] = {
    "calling": "call import",
    "catalog": "contain create_resources defined include realize require tag tagged",
    "collections": "dig empty flatten join keys length size sort unique values",
    "data": "get getvar hiera hiera_array hiera_hash hiera_include hocon_data json_data lookup yaml_data",
    "digests": "digest md5 sha1 sha256",
    "files": "binary_file file find_file find_template generate module_directory",
    "iteration": """
        all any break each filter group_by index lest map next partition reduce return reverse_each slice step then
        with
    """,
    "logging": "alert crit debug emerg err fail info notice warning",
    "matching": "match regsubst split",
    "numbers": "abs ceiling compare floor max min round",
    "randomness": "fqdn_rand",
    "scanf": "scanf",
    "shell": "shellquote",
    "sprintf": "sprintf",
    "stdlib.arrays": """
        concat count delete delete_at delete_regex delete_undef_values delete_values difference grep intersection
        join_keys_to_values member pick pick_default prefix reject reverse suffix union zip
    """,
    "stdlib.conversions": "any2array any2bool bool2num bool2str convert_base num2bool str2bool to_bytes",
    "stdlib.hashes": """
        deep_merge dig44 has_key hash merge stdlib::merge stdlib::nested_values stdlib::sort_by try_get_value
    """,
    "stdlib.hashing": "base64 fqdn_uuid pw_hash stdlib::crc32 stdlib::sha256 str2saltedpbkdf2 str2saltedsha512",
    "stdlib.modules": """
        deprecation fact get_module_path glob is_a is_function_available load_module_metadata os_version_gte pry
        stdlib::deferrable_epp stdlib::has_function stdlib::os_version_gte stdlib::time stdlib::type_of time type3x
        type_of
    """,
    "stdlib.network": """
        enclose_ipv6 has_interface_with has_ip_address has_ip_network stdlib::has_interface_with
        stdlib::has_ip_address stdlib::has_ip_network stdlib::ip_in_range
    """,
    "stdlib.predicates": """
        is_absolute_path is_array is_bool is_domain_name is_email_address is_float is_hash is_integer is_ip_address
        is_ipv4_address is_ipv6_address is_mac_address is_numeric is_string
    """,
    "stdlib.randomness": """
        fqdn_rand_string fqdn_rotate seeded_rand seeded_rand_string shuffle stdlib::fqdn_rand_string
        stdlib::fqdn_rotate stdlib::seeded_rand stdlib::seeded_rand_string
    """,
    "stdlib.ranges": "clamp range values_at",
    "stdlib.resources": """
        assert_private defined_with_params ensure_packages ensure_resource ensure_resources getparam private
        stdlib::ensure stdlib::ensure_packages stdlib::str2resource
    """,
    "stdlib.serialization": """
        loadjson loadyaml parsehocon parsejson parsepson parseyaml stdlib::parsehocon stdlib::rewrap_sensitive_data
        stdlib::to_json stdlib::to_json_pretty stdlib::to_python stdlib::to_ruby stdlib::to_toml stdlib::to_yaml
        to_json to_json_pretty to_python to_ruby to_toml to_yaml
    """,
    "stdlib.strings": """
        basename batch_escape dirname dos2unix powershell_escape regexpescape shell_escape shell_join shell_split
        sprintf_hash squeeze stdlib::batch_escape stdlib::end_with stdlib::extname stdlib::powershell_escape
        stdlib::shell_escape stdlib::start_with stdlib::xml_encode swapcase unix2dos uriescape
    """,
    "stdlib.validation": """
        stdlib::validate_domain_name stdlib::validate_email_address validate_absolute_path validate_array
        validate_augeas validate_bool validate_cmd validate_domain_name validate_email_address validate_hash
        validate_integer validate_ip_address validate_ipv4_address validate_ipv6_address validate_legacy
        validate_numeric validate_re validate_slength validate_string validate_x509_rsa_key_pair
    """,
    "strings": "camelcase capitalize chomp chop downcase lstrip rstrip strip upcase",
    "templates": "epp inline_epp inline_template template",
    "trees": "tree_each",
    "typing": "assert_type convert_to new strftime type unwrap",
    "versions": "versioncmp",
}

_family_of = {name: family for family, names in FAMILIES.items() for name in names.split()}
_functions: dict[str, NativeFunction] = {}


def function(name: str, *signatures: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers the decorated Python function as what the Puppet function `name` does for the signatures."""

    def register(python: Callable[..., Any]) -> Callable[..., Any]:
        _registered(name).overloads.extend(Overload(signature, python) for signature in signatures)
        return python

    return register


def legacy(name: str, arity: int, *, statement: bool = False) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers the decorated Python function as the older-style Puppet function `name`.

    arity: the number of arguments; -n - 1 means n or more. statement: the function has no value.
    """

    def register(python: Callable[..., Any]) -> Callable[..., Any]:
        native = _registered(name)
        native.overloads.append(Overload("Any *args", legacy_call(name, arity, statement, python)))
        native.ignores_block = True
        return python

    return register


def on_mismatch(name: str) -> Callable[[Callable[..., str | None]], Callable[..., str | None]]:
    """Registers what tells, from the arguments, why no overload of `name` takes them (None: the usual words)."""

    def register(python: Callable[..., str | None]) -> Callable[..., str | None]:
        _registered(name).mismatch = python
        return python

    return register


def _registered(name: str) -> NativeFunction:
    return _functions.setdefault(name, NativeFunction(name))


def find(name: str) -> NativeFunction | None:
    """The built-in function `name`, or None where there is none."""
    found = _functions.get(name)
    if found is None and name in _family_of:
        import_module(f"{__name__}.{_family_of[name]}")
        found = _functions[name]
    return found


def names() -> list[str]:
    """The names of all built-in functions, in order."""
    return sorted(_family_of)
