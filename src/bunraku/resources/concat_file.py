"""concat_file: a file put together from the pieces that concat_fragments hold."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cmp_to_key
from typing import Any

from bunraku.catalog.catalog import Resource
from bunraku.catalog.values import Sensitive
from bunraku.resources.base import Changes, Param, ResourceError, ResourceType, State, absolute_path, boolean, text
from bunraku.resources.concat_fragment import ConcatFragment

PASSED_ON = (
    *("owner", "group", "mode", "backup", "replace", "validate_cmd", "show_diff"),
    *("selinux_ignore_defaults", "selrange", "selrole", "seltype", "seluser"),
)


class ConcatFile(ResourceType):
    """Brings in a `file` of the same path, whose content is the fragments' in their order."""

    type_name = "concat_file"
    accepted = ("selinux_ignore_defaults", "selrange", "selrole", "seltype", "seluser")

    path = Param("The file.", namevar=True, munge=absolute_path)
    ensure = Param("present or absent.", values=("present", "absent"), default="present")
    tag = Param("Fragments with this tag belong to it too.", many=True)
    order = Param("How fragments are sorted.", values=("numeric", "alpha"), default="numeric")
    ensure_newline = Param("Whether each fragment ends its last line.", munge=boolean, default=False)
    format = Param(
        "plain text, or data to be merged.",
        values=("plain", "yaml", "json", "json-array", "json-pretty", "json-array-pretty"),
        default="plain",
    )
    force = Param("Whether a later fragment's value wins over an earlier one's.", munge=boolean, default=False)
    create_empty_file = Param("Whether the file is made without any fragment.", munge=boolean, default=True)
    owner = Param("The file's owner.", munge=text)
    group = Param("The file's group.", munge=text)
    mode = Param("The file's mode.")
    backup = Param("As the file's.")
    replace = Param("As the file's.", munge=boolean)
    validate_cmd = Param("As the file's.", munge=text)
    show_diff = Param("As the file's.", munge=boolean)

    def read(self) -> State:
        """Nothing: the file is brought in."""
        return {}

    def change(self, changes: Changes) -> None:
        """Never called: there is nothing to change."""

    def fragments(self) -> list[ConcatFragment]:
        """The pieces, in order."""
        named = {self.path, self.title}
        pieces = [
            piece
            for piece in dict.fromkeys(self.run.resources.values())
            if isinstance(piece, ConcatFragment)
            and (piece.target in named or piece.tag and piece.tag in (self.tag or ()))
        ]
        if self.order == "alpha":
            return sorted(pieces, key=lambda piece: (piece.order, piece.name))
        return sorted(pieces, key=cmp_to_key(_numerically))

    def generate(self) -> Iterable[Resource]:
        """The file."""
        if self.ensure == "absent":
            return [Resource("File", self.path, {"ensure": "absent"})]
        pieces = self.fragments()
        if not pieces and not self.create_empty_file:
            return []
        secret = any("content" in piece.sensitive for piece in pieces)
        passed = {name: self.values[name] for name in PASSED_ON if self.values.get(name) is not None}
        content = self._joined([self._text(piece) for piece in pieces])
        sensitive = frozenset({"content"} if secret else ())
        return [Resource("File", self.path, {"ensure": "file", **passed, "content": content}, sensitive=sensitive)]

    def files(self) -> Iterable[str]:
        """The file."""
        return [self.path]

    def _text(self, piece: ConcatFragment) -> str:
        if piece.source is not None:
            from bunraku.resources.file import source

            found = source.first([source.check(url) for url in piece.source], self.run.source, follow=True)
            data = found.content.read() if found.content else source.download(found.url)
            content = data.decode("utf-8", "surrogateescape")
        else:
            content = piece.content.value if isinstance(piece.content, Sensitive) else piece.content
        return f"{content}\n" if self.ensure_newline and not content.endswith("\n") else content

    def _joined(self, texts: list[str]) -> str:
        if self.format == "plain":
            return "".join(texts)
        import json

        import yaml

        try:
            data = [yaml.safe_load(t) if self.format == "yaml" else json.loads(t) for t in texts]
        except (ValueError, yaml.YAMLError) as error:
            raise ResourceError(f"A fragment of {self.path} is not {self.format}: {error}") from None
        if self.format == "yaml":
            return yaml.safe_dump(self._merged(data), explicit_start=True, sort_keys=False, allow_unicode=True)
        whole = data if "array" in self.format else self._merged(data)
        if "pretty" in self.format:
            return json.dumps(whole, indent=2, ensure_ascii=False)
        return json.dumps(whole, separators=(",", ":"), ensure_ascii=False)

    def _merged(self, data: list[Any]) -> Any:
        merged: Any = {}
        for item in data:
            merged = self._merge(merged, item)
        return merged

    def _merge(self, a: Any, b: Any) -> Any:
        if not a or not b:
            return a or b
        if isinstance(a, list) and isinstance(b, list):
            return [*a, *(item for item in b if item not in a)]
        if not isinstance(a, dict) or not isinstance(b, dict):
            raise ResourceError(f"The fragments of {self.path} are not all hashes: they cannot be merged")
        merged = dict(a)
        for key, value in b.items():
            old = a.get(key)
            if key in a and isinstance(old, (dict, list)) and isinstance(value, type(old)):
                merged[key] = self._merge(old, value)
            elif key in a and old != value and not self.force:
                raise ResourceError(
                    f"Duplicate key '{key}' with values '{old}' and '{value}': force => true merges them"
                )
            else:
                merged[key] = value
        return merged


def _numerically(a: ConcatFragment, b: ConcatFragment) -> int:
    """Orders by number where both orders are one, numbers before words; then by name."""

    def key(piece: ConcatFragment) -> tuple[bool, Any]:
        number = piece.order.isdigit()
        return (not number, int(piece.order) if number else piece.order)

    return (key(a) > key(b)) - (key(a) < key(b)) or (a.name > b.name) - (a.name < b.name)
