"""PuppetDB's HTTP API: the routes, and what they ask the store.

Source: PuppetDB's API pages (query v4, command v1, meta v1, status v1, the population's metrics v2). A wrong query is
400 with what and where, what is not there 404, no rows `[]`, a command that is too large 413.
"""

from __future__ import annotations

import socket
import zlib
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bunraku.inventory import pql, times
from bunraku.inventory.answers import Answer, answer, as_json
from bunraku.inventory.ast import compile_query
from bunraku.inventory.clauses import Paging, read_count, read_order
from bunraku.inventory.commands import submit
from bunraku.inventory.counts import aggregate_event_counts, event_counts
from bunraku.inventory.entities import ENTITIES
from bunraku.inventory.errors import CommandError, InventoryError, QueryError
from bunraku.inventory.store import Store

API_VERSION = "7.20.0"
"""The PuppetDB whose API this is: what clients decide by."""

MAX_COMMAND = 64 * 1024 * 1024
"""Bytes of a command, unpacked; a catalog of 10,000 resources has some 10 MB."""
MAX_QUERY = 4 * 1024 * 1024


def listening(host: str, port: int) -> socket.socket:
    """A socket that listens. Raises OSError.

    Without TCP_NODELAY, which uvicorn does not set on sockets it is handed, every answer on a kept connection waits
    40 ms for the client's acknowledgement of its header.
    """
    found = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    found.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return found


def application(store: Store) -> Starlette:
    """The API on `store`, as an ASGI application."""
    pages = _Pages(store)
    v4 = "/pdb/query/v4"
    routes = [Route(v4, pages.root, methods=["GET", "POST"])]
    for name in ENTITIES:
        at = f"{v4}/{name.replace('_', '-')}"
        routes.append(Route(at, pages.list_of(name), methods=["GET", "POST"]))
    routes += [Route(f"{v4}/{path}", pages.list_of(entity), methods=["GET", "POST"]) for path, entity in _PARTS]
    routes += [
        Route(f"{v4}/nodes/{{key}}", pages.one_of("nodes", "certname", "node")),
        Route(f"{v4}/factsets/{{key}}", pages.one_of("factsets", "certname", "factset")),
        Route(f"{v4}/catalogs/{{key}}", pages.one_of("catalogs", "certname", "catalog")),
        Route(f"{v4}/environments/{{key}}", pages.one_of("environments", "name", "environment")),
        Route(f"{v4}/producers/{{key}}", pages.one_of("producers", "name", "producer")),
        Route(f"{v4}/reports/{{key}}/metrics", pages.document_of("reports", "hash", "metrics")),
        Route(f"{v4}/reports/{{key}}/logs", pages.document_of("reports", "hash", "logs")),
        Route(f"{v4}/event-counts", pages.event_counts, methods=["GET", "POST"]),
        Route(f"{v4}/aggregate-event-counts", pages.aggregate_event_counts, methods=["GET", "POST"]),
        Route("/pdb/cmd/v1", pages.command, methods=["POST"]),
        Route("/pdb/meta/v1/version", lambda request: _json({"version": API_VERSION})),
        Route("/pdb/meta/v1/server-time", lambda request: _json({"server_time": times.now()})),
        Route("/status/v1/services", lambda request: _json({"puppetdb-status": pages.state()})),
        Route("/status/v1/services/puppetdb-status", lambda request: _json(pages.state())),
        Route("/metrics/v2/read/{name}", pages.metric),
        Route("/metrics/v2/list", lambda request: _json({"value": {}, "status": 200})),
    ]
    return Starlette(
        routes=routes,
        exception_handlers={QueryError: _bad_query, CommandError: _bad_command, InventoryError: _out_of_order},
    )


# Paths that narrow an entity down: what in the path is which field.
_PARTS: list[tuple[str, str]] = [
    ("nodes/{certname}/facts", "facts"),
    ("nodes/{certname}/facts/{name}", "facts"),
    ("nodes/{certname}/facts/{name}/{value:path}", "facts"),
    ("nodes/{certname}/resources", "resources"),
    ("nodes/{certname}/resources/{type}", "resources"),
    ("nodes/{certname}/resources/{type}/{title:path}", "resources"),
    ("facts/{name}", "facts"),
    ("facts/{name}/{value:path}", "facts"),
    ("resources/{type}", "resources"),
    ("resources/{type}/{title:path}", "resources"),
    ("edges/{certname}", "edges"),
    ("factsets/{certname}/facts", "facts"),
    ("catalogs/{certname}/resources", "resources"),
    ("catalogs/{certname}/edges", "edges"),
    ("reports/{report}/events", "events"),
    *((f"environments/{{environment}}/{name}", name) for name in ("facts", "resources", "events", "reports")),
    *((f"producers/{{producer}}/{name}", name) for name in ("factsets", "catalogs", "reports")),
]


class _Pages:
    """The routes' work. Pages are coroutines that read the request and leave the database to a thread."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def root(self, request: Request) -> Response:
        asked = await _parameters(request)
        query = _query(asked, required=True)
        return await run_in_threadpool(self._answered, None, query, asked)

    def list_of(self, entity: str) -> Callable[[Request], Any]:
        async def page(request: Request) -> Response:
            asked = await _parameters(request)
            query = _narrowed(_query(asked), _path_conditions(request))
            return await run_in_threadpool(self._answered, entity, query, asked)

        return page

    def one_of(self, entity: str, field: str, word: str) -> Callable[[Request], Any]:
        async def page(request: Request) -> Response:
            asked, key = await _parameters(request), request.path_params["key"]
            found = (await run_in_threadpool(self._one, entity, field, key, asked)).rows
            if not found:
                return _json({"error": f"No information is known about {word} {key}"}, status=404)
            return _json(found[0], pretty=asked.get("pretty") in ("true", True))

        return page

    def document_of(self, entity: str, field: str, name: str) -> Callable[[Request], Any]:
        async def page(request: Request) -> Response:
            key = request.path_params["key"]
            found = (await run_in_threadpool(self._one, entity, field, key, {}, name)).rows
            if not found:
                return _json({"error": f"No information is known about report {key}"}, status=404)
            return _json(orjson.loads(as_json(found[0][name]))["data"])

        return page

    def _one(self, entity: str, field: str, key: str, asked: dict[str, Any], name: str = "") -> Answer:
        condition: list[Any] = ["=", field, key]
        if ENTITIES[entity].active_only:
            condition = ["and", condition, ["=", "node_state", "any"]]
        query = _narrowed(_query(asked), [condition])
        return answer(self.store, compile_query(entity, ["extract", name, query] if name else query))

    def _answered(self, entity: str | None, query: Any, asked: dict[str, Any]) -> Response:
        total = asked.get("include_total") in ("true", True)
        found = answer(self.store, compile_query(entity, query, _paging(asked)), total=total)
        return _json(found.rows, total=found.total, pretty=asked.get("pretty") in ("true", True))

    async def event_counts(self, request: Request) -> Response:
        asked = await _parameters(request)
        rows, total = await run_in_threadpool(self._counted, event_counts, asked, paging=_paging(asked))
        return _json(rows, total=total if asked.get("include_total") in ("true", True) else None)

    async def aggregate_event_counts(self, request: Request) -> Response:
        asked = await _parameters(request)
        subjects = str(asked.get("summarize_by") or "").split(",")
        return _json(
            [
                await run_in_threadpool(self._counted, aggregate_event_counts, asked | {"summarize_by": subject})
                for subject in subjects
            ]
        )

    def _counted(self, count: Callable[..., Any], asked: dict[str, Any], **more: Any) -> Any:
        if asked.get("distinct_resources") in ("true", True):
            more["latest_only"] = True
        return count(
            self.store,
            _query(asked),
            str(asked.get("summarize_by") or ""),
            count_by=str(asked.get("count_by") or "resource"),
            counts_filter=_loaded(asked, "counts_filter"),
            **more,
        )

    async def command(self, request: Request) -> Response:
        body = _parsed(await _body(request, MAX_COMMAND))
        asked: dict[str, Any] = dict(request.query_params)
        if "command" in asked:
            name, version, certname, payload = asked["command"], asked.get("version"), asked.get("certname"), body
        elif isinstance(body, dict) and isinstance(body.get("command"), str):
            name, version, certname, payload = (body.get(k) for k in ("command", "version", "certname", "payload"))
            payload = _parsed(payload.encode()) if isinstance(payload, str) and payload[:1] == "{" else payload
        else:
            raise CommandError("'command' is missing: it belongs into the URL, with version and certname")
        if not str(version).isdigit():
            raise CommandError(f"'version' must be a whole number, not {version!r}")
        await run_in_threadpool(submit, self.store, str(name), int(str(version)), payload, certname)
        return _json({"uuid": str(uuid4())} | ({"timed_out": False, "processed": True} if _waits(asked) else {}))

    def state(self) -> dict[str, Any]:
        """The service's status."""
        parts = {"maintenance_mode?": False, "read_db_up?": True, "write_db_up?": True, "queue_depth": 0}
        return {
            "detail_level": "info",
            "service_status_version": 1,
            "service_version": API_VERSION,
            "state": "running",
            "status": parts,
        }

    def metric(self, request: Request) -> Response:
        """The population's figures, which dashboards show."""
        name = request.path_params["name"]
        sql = _METRICS.get(name.rpartition("name=")[2])
        if sql is None:
            return _json({"error": f"there is no metric {name}", "status": 404}, status=404)
        value = self.store.reader().execute(sql).fetchone()[0] or 0
        return _json({"request": {"mbean": name, "type": "read"}, "value": {"Value": value}, "status": 200})


_ACTIVE_NODES = "SELECT count(*) FROM node WHERE deactivated IS NULL AND expired IS NULL"
_METRICS = {
    "num-nodes": _ACTIVE_NODES,
    "num-resources": "SELECT count(*) FROM resource",
    "avg-resources-per-node": f"SELECT (SELECT count(*) FROM resource) * 1.0 / nullif(({_ACTIVE_NODES}), 0)",
}


# Reading requests -----------------------------------------------------------------------------------------------------


async def _parameters(request: Request) -> dict[str, Any]:
    """What a query asks for: the URL's parameters, or a POST's JSON object."""
    asked: dict[str, Any] = dict(request.query_params)
    if request.method == "POST":
        try:
            body = _parsed(await _body(request, MAX_QUERY))
        except CommandError as error:
            raise QueryError(str(error)) from None
        if not isinstance(body, dict):
            raise QueryError('the body must be a JSON object: {"query": …}')
        asked |= body
    return asked


async def _body(request: Request, limit: int) -> bytes:
    """The request's body, unpacked. Raises CommandError as soon as it is larger than `limit`."""
    unpack = None
    if request.headers.get("content-encoding", "").lower() in ("gzip", "deflate"):
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 32)
    declared = request.headers.get("content-length", "")
    if declared.isdigit() and int(declared) > limit:
        raise _TooLarge(limit)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += unpack.decompress(chunk, limit + 1 - len(body)) if unpack else chunk
            if len(body) > limit:
                raise _TooLarge(limit)
    except zlib.error as error:
        raise CommandError(f"the body cannot be unpacked: {error}") from None
    return bytes(body)


class _TooLarge(CommandError):
    def __init__(self, limit: int) -> None:
        super().__init__(f"the body is larger than {limit // 2**20} MiB")


def _parsed(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except ValueError as error:
        raise CommandError(f"the body is not JSON: {error}") from None


def _query(asked: dict[str, Any], *, required: bool = False) -> Any:
    """The query as AST: it comes as AST, as its text, or as PQL."""
    query = asked.get("query")
    if query is None or query == "":
        if required:
            raise QueryError("the parameter 'query' is missing")
        return None
    if not isinstance(query, str):
        return query
    return _loaded(asked, "query") if query.lstrip().startswith("[") else pql.parse(query)


def _loaded(asked: dict[str, Any], name: str) -> Any:
    value = asked.get(name)
    if not isinstance(value, str):
        return value
    try:
        return orjson.loads(value)
    except ValueError as error:
        raise QueryError(f"'{name}' is not JSON: {error}") from None


def _paging(asked: dict[str, Any]) -> Paging:
    order = _loaded(asked, "order_by")
    return Paging(_count(asked, "limit"), _count(asked, "offset"), () if order is None else read_order(order))


def _count(asked: dict[str, Any], name: str) -> int | None:
    value = asked.get(name)
    if value is None:
        return None
    return read_count(int(value) if isinstance(value, str) and value.isascii() and value.isdigit() else value)


def _path_conditions(request: Request) -> list[Any]:
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


def _narrowed(query: Any, conditions: list[Any]) -> Any:
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


def _waits(asked: dict[str, Any]) -> bool:
    return "secondsToWaitForCompletion" in asked


# Writing answers ------------------------------------------------------------------------------------------------------


def _json(value: Any, *, status: int = 200, total: int | None = None, pretty: bool = False) -> Response:
    headers = {} if total is None else {"X-Records": str(total)}
    return Response(as_json(value, pretty=pretty), status, headers, "application/json")


def _bad_query(request: Request, error: Exception) -> Response:
    return PlainTextResponse(str(error), 400)


def _bad_command(request: Request, error: Exception) -> Response:
    return _json({"error": str(error)}, status=413 if isinstance(error, _TooLarge) else 400)


def _out_of_order(request: Request, error: Exception) -> Response:
    return _json({"error": str(error)}, status=503)
