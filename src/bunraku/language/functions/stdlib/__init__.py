"""The functions of the `stdlib` module, versions 8 and 9: one file a family.

Most are of the older interface (`legacy`): they take anything and complain in their own words. Those that version 9
moved to the `stdlib::` namespace also answer to their old names, with a warning (`renamed`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bunraku.language.errors import CompileError
from bunraku.language.functions import Block, find, function
from bunraku.language.functions.logging import deprecation


def wrong_count(name: str, arguments: tuple[Any, ...], wanted: str) -> CompileError:
    """The error about how many arguments `name` was given."""
    return CompileError(f"{name}(): Wrong number of arguments given ({len(arguments)} for {wanted})")


def renamed(old: str, *, takes_block: bool = False) -> None:
    """Registers `old` as a deprecated name of the function `stdlib::old`."""
    target = f"stdlib::{old}"

    def warned(scope: Any) -> Callable[..., Any]:
        message = f"This function is deprecated, please use {target} instead."
        deprecation(scope, old, message, strictly=False)
        native = find(target)
        assert native is not None
        return native.call

    @function(old, "Any *args")
    def plain(scope: Any, *arguments: Any) -> Any:
        return warned(scope)(scope, arguments)

    plain.__doc__ = f"`{target}`, under its older name."
    if takes_block:

        @function(old, "Any *args, Variant[Callable[2,2], Callable[3,3]] &block")
        def with_block(scope: Any, *arguments: Any, block: Block) -> Any:
            return warned(scope)(scope, arguments, block)
