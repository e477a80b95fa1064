"""How values of a type are made out of others: overloads, and a complaint for what fits none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from bunraku.language.errors import CompileError
from bunraku.language.types.aliases import PTypeAliasType
from bunraku.language.types.base import PType
from bunraku.language.types.callables import PCallableType
from bunraku.language.types.collections import PTupleType
from bunraku.language.types.mismatch import Signature, describe_call
from bunraku.language.types.scalars import PIntegerType
from bunraku.language.types.type_parser import parse


class Constructor:
    """How values of a type are made.

    overloads: pairs of a signature and a function of the arguments. A signature is `TYPE name; TYPE ?name`, the mark
    for one that may be left out. local: the types that it names, by name. complain: gives the message for arguments
    that fit none, or None for the general one.
    """

    def __init__(
        self,
        name: str,
        overloads: Sequence[tuple[str, Callable[..., Any]]],
        local: dict[str, str] | None = None,
        complain: Callable[..., str | None] | None = None,
    ) -> None:
        self.name = name
        self.complain = complain
        self._overloads = overloads
        self._local = local or {}
        self._signatures: list[Signature] = []

    @property
    def signatures(self) -> list[Signature]:
        """The signatures, made on first use."""
        if not self._signatures:
            found: dict[str, PType] = {}

            def alias(name: str, text: str) -> PTypeAliasType:
                return PTypeAliasType(name, lambda: parse(text, found.get))

            found.update({name: alias(name, text) for name, text in self._local.items()})
            self._signatures = [_signature(text, found) for text, _ in self._overloads]
        return self._signatures

    def call(self, arguments: list[Any]) -> Any:
        """A value made of the arguments. Raises CompileError."""
        for signature, (_, function) in zip(self.signatures, self._overloads, strict=True):
            if signature.type.takes(arguments):
                try:
                    return function(*arguments)
                except CompileError:
                    raise
                except (ValueError, OverflowError) as error:
                    raise CompileError(str(error)) from None
        message = self.complain(*arguments) if self.complain and 1 <= len(arguments) <= 3 else None
        if message is not None:
            raise CompileError(f"'{self.name}' {message}")
        raise CompileError(describe_call(self.name, self.signatures, arguments))


def _signature(text: str, local: dict[str, PType]) -> Signature:
    parameters = [part.rpartition(" ") for part in text.split("; ")] if text else []
    types = [parse(kind, local.get) for kind, _, _ in parameters]
    required = sum(not name.startswith("?") for _, _, name in parameters)
    size = PIntegerType(required, len(types))
    return Signature(PCallableType(PTupleType(types, size)), [name.lstrip("?") for _, _, name in parameters])
