"""PuppetDB's HTTP API: the routes, and what they ask the store.

Source: PuppetDB's API pages (query v4, command v1, meta v1, status v1, the population's metrics v2). A wrong query is
400 with what and where, what is not there 404, no rows `[]`, a command that is too large 413, a body that is no JSON
or packed otherwise 415.
"""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import orjson
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bunraku.inventory import times
from bunraku.inventory.answers import Answer, answer, as_json
from bunraku.inventory.ast import compile_query
from bunraku.inventory.commands import submit
from bunraku.inventory.counts import aggregate_event_counts, event_counts
from bunraku.inventory.entities import ENTITIES
from bunraku.inventory.errors import CommandError, InventoryError, QueryError
from bunraku.inventory.reading import (
    JSON,
    MAX_COMMAND,
    TooLarge,
    body_of,
    check_headers,
    is_true,
    loaded,
    narrowed,
    paging_of,
    parameters,
    parsed,
    path_conditions,
    query_of,
)
from bunraku.inventory.store import Store

API_VERSION = "7.20.0"
"""The PuppetDB whose API this is: what clients decide by."""


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
    for path, entity in _PARTS:
        routes.append(Route(f"{v4}/{path}", pages.list_of(entity, path.split("/")[0]), methods=["GET", "POST"]))
    for name, (field, word) in _PARENTS.items():
        if name != "reports":
            routes.append(Route(f"{v4}/{name}/{{key}}", pages.one_of(name, field, word)))
    routes += [
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

# What such a path begins with has to be there: the entity and its field, and the word for one of them.
_PARENTS = {
    "nodes": ("certname", "node"),
    "factsets": ("certname", "factset"),
    "catalogs": ("certname", "catalog"),
    "reports": ("hash", "report"),
    "environments": ("name", "environment"),
    "producers": ("name", "producer"),
}

_DISTINCT = frozenset(("distinct_resources", "distinct_start_time", "distinct_end_time"))
_COUNTS = _DISTINCT | {"summarize_by", "count_by", "counts_filter"}


class _Pages:
    """The routes' work. Pages are coroutines that read the request and leave the database to a thread."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def root(self, request: Request) -> Response:
        asked = await parameters(request, {"ast_only"}, required="query")
        query = query_of(asked)
        if is_true(asked, "ast_only"):
            return _json(query)
        return await run_in_threadpool(self._answered, None, query, asked)

    def list_of(self, entity: str, parent: str = "") -> Callable[[Request], Any]:
        """The rows of an entity; parent: what the path begins with."""

        async def page(request: Request) -> Response:
            asked = await parameters(request, _DISTINCT if entity == "events" else frozenset())
            if parent in _PARENTS:
                field, word = _PARENTS[parent]
                key = next(iter(request.path_params.values()))
                if not (await run_in_threadpool(self._one, parent, field, key, {})).rows:
                    return _json({"error": f"No information is known about {word} {key}"}, status=404)
            query = narrowed(query_of(asked), path_conditions(request))
            return await run_in_threadpool(self._answered, entity, query, asked)

        return page

    def one_of(self, entity: str, field: str, word: str) -> Callable[[Request], Any]:
        async def page(request: Request) -> Response:
            asked, key = await parameters(request), request.path_params["key"]
            found = (await run_in_threadpool(self._one, entity, field, key, asked)).rows
            if not found:
                return _json({"error": f"No information is known about {word} {key}"}, status=404)
            return _json(found[0], pretty=is_true(asked, "pretty"))

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
        query = narrowed(query_of(asked), [condition])
        return answer(self.store, compile_query(entity, ["extract", name, query] if name else query))

    def _answered(self, entity: str | None, query: Any, asked: dict[str, Any]) -> Response:
        found = answer(
            self.store, compile_query(entity, query, paging_of(asked)), total=is_true(asked, "include_total")
        )
        return _json(found.rows, total=found.total, pretty=is_true(asked, "pretty"))

    async def event_counts(self, request: Request) -> Response:
        asked = await parameters(request, _COUNTS, required="summarize_by")
        rows, total = await run_in_threadpool(self._counted, event_counts, asked, paging=paging_of(asked))
        return _json(rows, total=total if is_true(asked, "include_total") else None)

    async def aggregate_event_counts(self, request: Request) -> Response:
        asked = await parameters(request, _COUNTS, required="summarize_by")
        subjects = str(asked.get("summarize_by") or "").split(",")
        return _json(
            [
                await run_in_threadpool(self._counted, aggregate_event_counts, asked | {"summarize_by": subject})
                for subject in subjects
            ]
        )

    def _counted(self, count: Callable[..., Any], asked: dict[str, Any], **more: Any) -> Any:
        if is_true(asked, "distinct_resources"):
            more["latest_only"] = True
        return count(
            self.store,
            query_of(asked),
            str(asked.get("summarize_by") or ""),
            count_by=str(asked.get("count_by") or "resource"),
            counts_filter=loaded(asked, "counts_filter"),
            **more,
        )

    async def command(self, request: Request) -> Response:
        check_headers(request)
        body = parsed(await body_of(request, MAX_COMMAND))
        asked: dict[str, Any] = dict(request.query_params)
        if "command" in asked:
            name, version, certname, payload = asked["command"], asked.get("version"), asked.get("certname"), body
        elif isinstance(body, dict) and isinstance(body.get("command"), str):
            name, version, certname, payload = (body.get(k) for k in ("command", "version", "certname", "payload"))
            payload = parsed(payload.encode()) if isinstance(payload, str) and payload[:1] == "{" else payload
        else:
            raise CommandError("'command' is missing: it belongs into the URL, with version and certname")
        if not str(version).isdigit():
            raise CommandError(f"'version' must be a whole number, not {version!r}")
        await run_in_threadpool(submit, self.store, str(name), int(str(version)), payload, certname)
        waited = {"timed_out": False, "processed": True} if "secondsToWaitForCompletion" in asked else {}
        return _json({"uuid": str(uuid4())} | waited)

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


# Writing answers ------------------------------------------------------------------------------------------------------


def _json(value: Any, *, status: int = 200, total: int | None = None, pretty: bool = False) -> Response:
    headers = {} if total is None else {"X-Records": str(total)}
    return Response(as_json(value, pretty=pretty), status, headers, JSON)


def _bad_query(request: Request, error: Exception) -> Response:
    return PlainTextResponse(str(error), 400)


def _bad_command(request: Request, error: Exception) -> Response:
    return _json({"error": str(error)}, status=413 if isinstance(error, TooLarge) else 400)


def _out_of_order(request: Request, error: Exception) -> Response:
    return _json({"error": str(error)}, status=503)
