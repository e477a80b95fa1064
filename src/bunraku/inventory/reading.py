"""What a request asks for: its parameters, query, paging and path, each checked as PuppetDB does."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from typing import Any

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request

from bunraku.inventory import pql
from bunraku.inventory.clauses import Paging, read_count, read_order
from bunraku.inventory.errors import CommandError, QueryError

MAX_COMMAND = 64 * 1024 * 1024
"""Bytes of a command, unpacked; a catalog of 10,000 resources has some 10 MB."""
MAX_QUERY = 4 * 1024 * 1024

JSON = "application/json"
PACKED = ("gzip", "deflate")

PARAMETERS = frozenset(
    (
        *("query", "limit", "offset", "order_by", "include_total", "pretty", "timeout", "explain", "origin"),
        *("optimize_drop_unused_joins", "include_facts_expiration", "include_package_inventory"),
    )
)
"""What every query may be asked with; some of it says how PuppetDB is to work inside, and changes nothing here."""


async def parameters(request: Request, more: Collection[str] = frozenset(), *, required: str = "") -> dict[str, Any]:
    """What a query asks for: the URL's parameters, or a POST's JSON object.

    more: parameters that this query takes beside those that all take. Raises QueryError, HTTPException.
    """
    check_headers(request)
    asked: dict[str, Any] = dict(request.query_params)
    if request.method == "POST":
        try:
            body = parsed(await body_of(request, MAX_QUERY))
        except CommandError as error:
            raise QueryError(str(error)) from None
        if not isinstance(body, dict):
            raise QueryError('the body must be a JSON object: {"query": …}')
        asked |= body
    if required and asked.get(required) in (None, ""):
        raise QueryError(f"Missing required query parameter '{required}'")
    for name in asked:
        if name not in PARAMETERS and name not in more:
            raise QueryError(f"Unsupported query parameter '{name}'")
    return asked


def check_headers(request: Request) -> None:
    """Raise HTTPException where a request's or its answer's form is not ours, as PuppetDB: 415, 406."""
    accepted = [part.partition(";")[0].strip() for part in request.headers.get("accept", "*/*").split(",")]
    if not {"application/json", "application/*", "*/*"} & set(accepted):
        raise HTTPException(406, "must accept application/json")
    if request.method != "POST":
        return
    kind = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
    if kind != JSON:
        raise HTTPException(415, f"content type {kind} not supported")
    packed = request.headers.get("content-encoding", "identity").lower()
    if packed not in ("identity", *PACKED):
        raise HTTPException(415, f"content encoding {packed} not supported")


def is_true(asked: dict[str, Any], name: str) -> bool:
    """Whether a switch is on: in a URL it is a word, in a POST a value."""
    return asked.get(name) in ("true", True)


async def body_of(request: Request, limit: int) -> bytes:
    """The request's body, unpacked. Raises CommandError as soon as it is larger than `limit`."""
    unpack = None
    if request.headers.get("content-encoding", "").lower() in PACKED:
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise TooLarge(limit)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += unpack.decompress(chunk, limit + 1 - len(body)) if unpack else chunk
            if len(body) > limit:
                raise TooLarge(limit)
    except zlib.error as error:
        raise CommandError(f"the body cannot be unpacked: {error}") from None
    return bytes(body)


class TooLarge(CommandError):
    """A body that is longer than it may be."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"the body is larger than {limit // 2**20} MiB")


def parsed(body: bytes) -> Any:
    """A body of JSON. Raises CommandError."""
    try:
        return orjson.loads(body)
    except ValueError as error:
        raise CommandError(f"the body is not JSON: {error}") from None


def query_of(asked: dict[str, Any]) -> Any:
    """The query as AST: it comes as AST, as its text, or as PQL; None: everything. Raises QueryError."""
    query = asked.get("query")
    if query is None or query == "":
        return None
    if not isinstance(query, str):
        return query
    return loaded(asked, "query") if query.lstrip().startswith("[") else pql.parse(query)


def loaded(asked: dict[str, Any], name: str) -> Any:
    """A parameter that is JSON, or its text. Raises QueryError."""
    value = asked.get(name)
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except ValueError as error:
        raise QueryError(f"'{name}' is not JSON: {error}") from None


def paging_of(asked: dict[str, Any]) -> Paging:
    """limit, offset and order_by. Raises QueryError."""
    order = loaded(asked, "order_by")
    return Paging(_count(asked, "limit"), _count(asked, "offset"), () if order is None else read_order(order))


def _count(asked: dict[str, Any], name: str) -> int | None:
    value = asked.get(name)
    if value is None:
        return None
    return read_count(int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value)


def path_conditions(request: Request) -> list[Any]:
    """What the path says: a resource's type is capitalised, a fact's value may be written as JSON or as it is."""
    conditions: list[Any] = []
    for name, value in request.path_params.items():
        if name == "value":
            try:
                also = orjson.loads(value)
            except ValueError:
                also = value
            conditions.append(["or", ["=", "value", value], ["=", "value", also]])
        elif name == "type":
            conditions.append(["=", "type", "::".join(p[:1].upper() + p[1:] for p in value.split("::"))])
        else:
            conditions.append(["=", name, value])
    return conditions


def narrowed(query: Any, conditions: list[Any]) -> Any:
    """The query with more conditions, under its projection where it has one."""
    if not conditions:
        return query
    if query is None:
        return ["and", *conditions]
    if isinstance(query, list) and query[:1] == ["extract"]:
        inner = [part for part in query[2:] if not (isinstance(part, list) and part[:1] == ["group_by"])]
        rest = [part for part in query[2:] if part not in inner]
        return ["extract", *query[1:2], ["and", *inner, *conditions], *rest]
    return ["and", query, *conditions]
