"""Whether a rendered text is what its `output_format` says, told before it replaces anything."""

from __future__ import annotations


class FormatError(Exception):
    """What is wrong, and at which line."""


def check_format(form: str, content: bytes) -> None:
    """Read `content` as json, yaml, toml or xml. Raises FormatError."""
    try:
        _READERS[form](content)
    except ValueError as error:
        raise FormatError(f"is no valid {form}: {error}") from None


def _json(content: bytes) -> None:
    import json

    json.loads(content)


def _toml(content: bytes) -> None:
    import tomllib

    tomllib.loads(content.decode())


def _yaml(content: bytes) -> None:
    import yaml

    try:
        for _ in yaml.load_all(content, Loader=yaml.CSafeLoader):
            pass
    except yaml.YAMLError as error:
        raise ValueError(" ".join(str(error).split())) from None


def _xml(content: bytes) -> None:
    from xml.parsers import expat

    # The parser fetches nothing, and refuses entities that multiply.
    parser = expat.ParserCreate()
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise ValueError(error) from None


_READERS = {"json": _json, "yaml": _yaml, "yml": _yaml, "toml": _toml, "xml": _xml}
