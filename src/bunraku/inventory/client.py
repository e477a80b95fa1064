"""An inventory, wherever it is: behind a URL, or in a file of this host. Commands go in, queries are answered.

The standard library's HTTP client: an apply that reports need not pay for another.
"""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from bunraku.inventory.access import NOTHING, VARIABLES, Credentials
from bunraku.inventory.errors import CommandError, InventoryError, QueryError

SECONDS = 30.0
"""How long a server may take for one answer."""


def send(place: str, commands: list[tuple[str, int, dict[str, Any]]], credentials: Credentials = NOTHING) -> None:
    """Send commands (name, version, payload), in order, to the inventory at `place`, a URL or a file.

    Raises InventoryError; what was sent before stays.
    """
    if _is_url(place):
        for name, version, payload in commands:
            asked = {"command": name.replace(" ", "_"), "version": version, "certname": payload["certname"]}
            _request(f"{place.rstrip('/')}/pdb/cmd/v1?{urllib.parse.urlencode(asked)}", payload, credentials)
        return
    from bunraku.inventory.commands import submit
    from bunraku.inventory.store import Store

    store = Store(place)
    try:
        for name, version, payload in commands:
            submit(store, name, version, payload)
    finally:
        store.close()


def ask(place: str, query: str, credentials: Credentials = NOTHING) -> list[Any]:
    """The rows that answer `query`, PQL or AST. Raises InventoryError, of which QueryError for a wrong query."""
    if _is_url(place):
        rows: list[Any] = _request(f"{place.rstrip('/')}/pdb/query/v4", {"query": query}, credentials)
        return rows
    import orjson

    from bunraku.inventory import pql
    from bunraku.inventory.answers import answer, as_json
    from bunraku.inventory.ast import compile_query
    from bunraku.inventory.store import Store

    if not Path(place).exists():
        raise InventoryError(f"{place}: there is no such file; `bunraku apply --inventory` makes one")
    try:
        tree = orjson.loads(query) if query.lstrip().startswith("[") else pql.parse(query)
    except ValueError as error:
        raise QueryError(f"the query is not JSON: {error}") from None
    store = Store(place)
    try:
        found: list[Any] = orjson.loads(as_json(answer(store, compile_query(None, tree)).rows))
    finally:
        store.close()
    return found


def _is_url(place: str) -> bool:
    return place.startswith(("http://", "https://"))


def _request(url: str, body: Any, credentials: Credentials) -> Any:
    headers = {"Content-Type": "application/json"} | credentials.headers()
    request = urllib.request.Request(url, json.dumps(body).encode(), headers)
    context = credentials.context() if url.startswith("https:") else None
    where = url.partition("/pdb/")[0]
    try:
        with urllib.request.urlopen(request, timeout=SECONDS, context=context) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        text = error.read(4096).decode(errors="replace")
        if error.code == 401:
            raise InventoryError(
                f"the inventory at {where} wants a token: name its file in {VARIABLES}TOKEN_FILE"
            ) from None
        kind = QueryError if "/pdb/query/" in url else CommandError
        raise kind(_message(text) or f"{where} answered {error.code}") from None
    except (OSError, ValueError, http.client.HTTPException, ssl.SSLError) as error:
        reason = getattr(error, "reason", None) or error
        raise InventoryError(f"the inventory at {where} does not answer: {reason}") from None


def _message(text: str) -> str:
    """What a server says is wrong: text, or JSON with `error`."""
    try:
        data = json.loads(text)
    except ValueError:
        return text.strip()
    return str(data.get("error", text)) if isinstance(data, dict) else text.strip()
