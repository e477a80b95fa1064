"""Regular expressions at work: `match`, `regsubst`, `split`."""

from __future__ import annotations

from typing import Any

from bunraku.language.errors import CompileError
from bunraku.language.functions import function
from bunraku.language.functions import regex as ruby_regex
from bunraku.language.functions.ruby_text import flattened
from bunraku.language.types.base import PType
from bunraku.language.types.labels import ruby_class
from bunraku.language.types.regexp import Regexp
from bunraku.language.types.scalars import PPatternType, PRegexpType
from bunraku.language.types.variants import PVariantType


@function("split", "String str, String pattern", "String str, Regexp pattern", "String str, Type[Regexp] pattern")
def split(scope: Any, text: str, pattern: Any) -> list[str]:
    """The parts of the text between matches."""
    return ruby_regex.split(text, ruby_regex.compiled(pattern))


# ---------------------------------------------------------------- match


@function("match", "String string, Variant[Any, Type] pattern")
def match(scope: Any, text: str, pattern: Any) -> list[str | None] | None:
    """The matched text and the groups of the first match, or undef. Several patterns: the first that matches."""
    if isinstance(pattern, str | Regexp | PRegexpType):
        if isinstance(pattern, PRegexpType) and pattern.pattern is None:
            raise CompileError("Given Regexp Type has no regular expression")
        found = ruby_regex.compiled(pattern).search(text)
        return [found[0], *found.groups()] if found else None
    for alternative in _alternatives(pattern):
        found_in = match(scope, text, alternative)
        if found_in is not None:
            return found_in  # type: ignore[no-any-return]
    return None


def _alternatives(pattern: Any) -> list[Any]:
    if isinstance(pattern, list):
        return flattened(pattern)
    resolved = pattern.resolved if isinstance(pattern, PType) and hasattr(pattern, "resolved") else pattern
    if isinstance(resolved, PVariantType):
        return list(resolved.types)
    if isinstance(resolved, PPatternType):
        return list(resolved.regexps)
    raise CompileError(
        "match() expects pattern of T, where T is String, Regexp, Regexp[r], Pattern[p], or Array[T]. "
        f"Got {ruby_class(pattern)}"
    )


@function("match", "Array[String] string, Variant[Any, Type] pattern")
def match_each(scope: Any, texts: list[str], pattern: Any) -> list[Any]:
    """The match of each text."""
    return [match(scope, text, pattern) for text in texts]


# ---------------------------------------------------------------- regsubst

_INLINE_OPTIONS = {"E": "x", "I": "i", "M": "m"}


@function(
    "regsubst",
    "Variant[Array[String],String] target, String pattern, Variant[String,Hash[String,String]] replacement, "
    "Optional[Pattern[/^[GEIM]*$/]] ?flags, Enum['N','E','S','U'] ?encoding",
)
def regsubst_text(
    scope: Any, target: Any, pattern: str, replacement: Any, flags: str | None = None, encoding: str | None = None
) -> Any:
    """The text, or each of several, with matches replaced. `G` all of them, `I` any case, `M` . for line ends too."""
    options = "".join(sorted({_INLINE_OPTIONS[f] for f in flags or "" if f in _INLINE_OPTIONS}))
    compiled = ruby_regex.compiled(f"(?{options}:{pattern})" if options else pattern)
    return _substituted(target, compiled, replacement, "G" in (flags or ""))


@function(
    "regsubst",
    "Variant[Array[String],String] target, Variant[Regexp,Type[Regexp]] pattern, "
    "Variant[String,Hash[String,String]] replacement, Pattern[/^G?$/] ?flags",
)
def regsubst_regexp(scope: Any, target: Any, pattern: Any, replacement: Any, flags: str = "") -> Any:
    """As above with a Regexp, which brings its own options."""
    return _substituted(target, ruby_regex.compiled(pattern), replacement, flags == "G")


def _substituted(target: Any, pattern: ruby_regex.Pattern, replacement: Any, every: bool) -> Any:
    if isinstance(target, list):
        return [ruby_regex.substitute(text, pattern, replacement, every=every) for text in target]
    return ruby_regex.substitute(target, pattern, replacement, every=every)
