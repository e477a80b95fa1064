"""How what several places say about a key becomes one value.

first: the first place wins. unique: one flat list without doubles. hash: keys of all hashes, the first place's value
for each. deep: hashes and lists joined at every depth, with options.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from bunraku.catalog.values import same
from bunraku.hiera.errors import HieraError
from bunraku.hiera.keys import MISSING
from bunraku.language.errors import CompileError

if TYPE_CHECKING:
    from bunraku.hiera.invocation import Invocation

Place = TypeVar("Place")


class Strategy:
    """first: the value of the first place that has one."""

    name: ClassVar[str] = "first"
    options_type: ClassVar[str] = "Struct[{strategy=>Optional[Pattern[/first/]]}]"

    def __init__(self, options: dict[str, Any] | None = None) -> None:
        self.options = options or {}

    def lookup(self, places: Sequence[Place], invocation: Invocation, fetch: Callable[[Place], Any]) -> Any:
        """What the places say together; `fetch` gives a place's value or MISSING."""
        for place in places:
            value = fetch(place)
            if value is not MISSING:
                return value
        return MISSING


class _Joining(Strategy):
    """The strategies that join what they find."""

    value_type: ClassVar[str] = "Any"

    def lookup(self, places: Sequence[Place], invocation: Invocation, fetch: Callable[[Place], Any]) -> Any:
        if len(places) == 1:
            value = fetch(places[0])
            return value if value is MISSING else self.single(value)
        result: Any = MISSING
        with invocation.step("merge", self):
            for place in places:
                value = fetch(place)
                if value is not MISSING:
                    result = self.first(value) if result is MISSING else self.join(result, value)
            if result is not MISSING:
                invocation.report_result(result)
        return result

    def join(self, high: Any, low: Any) -> Any:
        """`high`, which comes first in the hierarchy, joined with `low`. Raises CompileError for the wrong types."""
        self._check("The first element of the merge", high)
        self._check("The second element of the merge", low)
        return self.joined(high, low)

    def joined(self, high: Any, low: Any) -> Any:
        raise NotImplementedError

    def single(self, value: Any) -> Any:
        """The value where only one place could have one."""
        return value

    def first(self, value: Any) -> Any:
        """The first value found, as the others will be joined to it."""
        return value

    def _check(self, subject: str, value: Any) -> None:
        if self.value_type != "Any":
            from bunraku.language import types

            types.assert_instance(subject, types.parse(self.value_type), value)


class Unique(_Joining):
    """unique: a flat list, each value once."""

    name = "unique"
    options_type = "Struct[{strategy=>Optional[Pattern[/unique/]]}]"
    value_type = "Variant[Scalar,Array[Data]]"

    def joined(self, high: Any, low: Any) -> Any:
        """The values of both."""
        return distinct([*self.first(high), *self.first(low)])

    def single(self, value: Any) -> Any:
        """A list loses its doubles."""
        return distinct(value) if isinstance(value, list) else value

    def first(self, value: Any) -> Any:
        """A value that is no list is a list of one."""
        return list(_flat(value)) if isinstance(value, list) else [value]


class Hash(_Joining):
    """hash: the keys of all hashes."""

    name = "hash"
    options_type = "Struct[{strategy=>Optional[Pattern[/hash/]]}]"
    value_type = "Hash[String,Data]"

    def joined(self, high: Any, low: Any) -> Any:
        """The keys of `low` first: a hash keeps its order."""
        return {**low, **high}


class Deep(_Joining):
    """deep: hashes and lists joined at every depth."""

    name = "deep"
    options_type = (
        "Struct[{strategy=>Optional[Pattern[deep]],knockout_prefix=>Optional[String],merge_debug=>Optional[Boolean],"
        "merge_hash_arrays=>Optional[Boolean],sort_merged_arrays=>Optional[Boolean]}]"
    )

    def joined(self, high: Any, low: Any) -> Any:
        """`high` laid over `low`."""
        return _DeepMerge(self.options).merge(high, low)


class UnconstrainedDeep(Deep):
    """unconstrained_deep: as deep, with whatever options."""

    name = "unconstrained_deep"
    options_type = "Hash[String[1],Any]"


class ReverseDeep(UnconstrainedDeep):
    """reverse_deep: as deep, with the last place winning."""

    name = "reverse_deep"

    def joined(self, high: Any, low: Any) -> Any:
        """`low` laid over `high`."""
        return super().joined(low, high)


FIRST = Strategy()
_STRATEGIES: dict[str, type[Strategy]] = {
    kind.name: kind for kind in (Strategy, Unique, Hash, Deep, UnconstrainedDeep, ReverseDeep)
}
_STRATEGIES["default"] = Strategy


def strategy(merge: Any) -> Strategy:
    """The strategy that `merge` tells: None, a name, a hash with `strategy` and options, or a strategy.

    Raises CompileError for others.
    """
    if not merge:
        return FIRST
    if isinstance(merge, Strategy):
        return merge
    if not isinstance(merge, dict):
        return _of_name(merge)()
    name = merge.get("strategy")
    if name is None:
        raise HieraError(
            "The hash given as 'merge' must contain the name of a strategy in string form for the key 'strategy'"
        )
    kind = _of_name(name)
    if len(merge) == 1:
        return kind()
    from bunraku.language import types

    types.assert_instance("The merge options", types.parse(kind.options_type), merge)
    return kind({option: value for option, value in merge.items() if option != "strategy"})


def _of_name(name: Any) -> type[Strategy]:
    kind = _STRATEGIES.get(name) if isinstance(name, str) else None
    if kind is None:
        raise CompileError(f"Unknown merge strategy: '{name}'")
    return kind


def distinct(items: Iterable[Any]) -> list[Any]:
    """The items, each once, in order; 1, 1.0 and true are three."""
    found: list[Any] = []
    texts: set[str] = set()
    for item in items:
        if type(item) is str:
            if item not in texts:
                texts.add(item)
                found.append(item)
        elif not any(same(item, other) for other in found):
            found.append(item)
    return found


def _flat(items: list[Any]) -> Iterable[Any]:
    for item in items:
        if isinstance(item, list):
            yield from _flat(item)
        else:
            yield item


def _in_order(items: list[Any]) -> list[Any]:
    try:
        return sorted(items)
    except TypeError:
        message = "sort_merged_arrays: a list of strings, or of numbers, is needed to be sorted"
        raise HieraError(message, at_config=True) from None


class _DeepMerge:
    """Lays one value over another; observed from the deep_merge library with the options that Hiera lets through."""

    def __init__(self, options: dict[str, Any]) -> None:
        self._knockout = options.get("knockout_prefix")
        if self._knockout == "":
            raise HieraError("knockout_prefix cannot be an empty string in deep_merge!", at_config=True)
        self._sort = bool(options.get("sort_merged_arrays"))
        self._merge_hashes = bool(options.get("merge_hash_arrays"))

    def merge(self, source: Any, target: Any) -> Any:
        """`source` over `target`, neither changed."""
        if source is None:
            return target
        if target is None or target is False:
            return source
        if isinstance(source, dict):
            return self._hash(source, target)
        if isinstance(source, list):
            return self._list(source, target) if isinstance(target, list) else self._over(source)
        return self._over(source)

    def _hash(self, source: dict[Any, Any], target: Any) -> Any:
        if not isinstance(target, dict):
            return self._over(source) if source else target
        result = dict(target)
        for key, value in source.items():
            below = result.get(key)
            # What stands alone is laid over itself, which is where knocked-out items lose their place.
            result[key] = self.merge(value, value if below is None or below is False else below)
        return result

    def _list(self, source: list[Any], target: list[Any]) -> list[Any]:
        if self._knockout:
            if self._knockout in source:
                source = [item for item in source if item != self._knockout]
                target = []
            source, target = self._knocked_out(source, target)
        if self._merge_hashes and all(isinstance(item, dict) for item in (*source, *target)):
            pairs = [self.merge(source[n] if n < len(source) else {}, item) for n, item in enumerate(target)]
            result = pairs + source[len(target) :]
        else:
            result = distinct([*target, *source])
        return _in_order(result) if self._sort else result

    def _knocked_out(self, source: list[Any], target: list[Any]) -> tuple[list[Any], list[Any]]:
        kept = []
        gone = []
        for item in source:
            bare = self._bare(item)
            if bare is item:
                kept.append(item)
            else:
                gone += [bare, item]
        return kept, [item for item in target if not any(same(item, other) for other in gone)]

    def _bare(self, item: Any) -> Any:
        """A string without the prefix; the very item where it has none."""
        if isinstance(item, str) and item.startswith(str(self._knockout)):
            return re.sub(rf"^{re.escape(str(self._knockout))}", "", item)
        return item

    def _over(self, source: Any) -> Any:
        """`source` in the place of what it cannot be merged with."""
        if not self._knockout:
            return source
        if isinstance(source, list):
            return [item for item in source if self._bare(item) is item]
        return source if self._bare(source) is source else ""
