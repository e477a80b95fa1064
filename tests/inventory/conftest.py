"""A population of three nodes, put in by commands as Puppet servers send them, behind a real HTTP server."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import uvicorn

from bunraku.inventory.server import application, listening
from bunraku.inventory.store import Store


class Client:
    """Requests to the server, as any client makes them."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.session = requests.Session()

    def get(self, path: str, **params: Any) -> requests.Response:
        return self.session.get(self.url + path, params=params, timeout=20)

    def rows(self, path: str, **params: Any) -> Any:
        response = self.get(f"/pdb/query/v4{path}", **params)
        assert response.status_code == 200, response.text
        return response.json()

    def names(self, path: str, **params: Any) -> list[str]:
        return sorted(row["certname"] for row in self.rows(path, **params))

    def command(self, command: str, version: int, payload: Any, **params: Any) -> requests.Response:
        about = {"command": command, "version": version, "certname": payload["certname"]} | params
        return self.session.post(f"{self.url}/pdb/cmd/v1", params=about, json=payload, timeout=20)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Client]:
    """An empty inventory, served."""
    with serving(tmp_path) as client:
        yield client


@pytest.fixture(scope="session")
def population(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Three nodes; read only."""
    with serving(tmp_path_factory.mktemp("inventory")) as client:
        for name, os_name, cpus in (
            ("web1.example", "Debian", 4),
            ("web2.example", "Debian", 8),
            ("db1", "RedHat", 16),
        ):
            fill(client, name, os_name, cpus)
        yield client


class serving:  # noqa: N801
    """A server on a port of its own while the block runs."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(str(folder / "inventory.db"))
        self.socket = listening("127.0.0.1", 0)
        config = uvicorn.Config(application(self.store), log_level="warning", lifespan="off")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, kwargs={"sockets": [self.socket]}, daemon=True)

    def __enter__(self) -> Client:
        self.thread.start()
        return Client(f"http://127.0.0.1:{self.socket.getsockname()[1]}")

    def __exit__(self, *error: object) -> None:
        self.server.should_exit = True
        self.thread.join(10)
        self.store.close()


def facts(name: str, os_name: str, cpus: int, when: str = "2026-11-22T07:00:00Z") -> dict[str, Any]:
    return {
        "certname": name,
        "environment": "production",
        "producer_timestamp": when,
        "producer": "puppet.example",
        "values": {
            "kernel": "Linux",
            "os": {"name": os_name, "release": {"major": "12"}},
            "processors": {"count": cpus, "models": ["Xeon"] * 2},
            "load": 0.5 * cpus,
            "is_virtual": cpus > 4,
            "my.dotted": {"a b": "c"},
            "trusted": {"certname": name, "extensions": {"pp_role": "web" if "web" in name else "db"}},
        },
    }


def catalog(name: str, when: str = "2026-11-22T07:00:01Z") -> dict[str, Any]:
    def resource(kind: str, title: str, **parameters: Any) -> dict[str, Any]:
        return {
            "type": kind,
            "title": title,
            "aliases": [],
            "exported": False,
            "file": "/etc/site.pp",
            "line": 3,
            "tags": [kind.lower(), "nginx"],
            "parameters": parameters,
        }

    contained = {"type": "Class", "title": "Nginx"}
    conf = {"type": "File", "title": "/etc/nginx.conf"}
    return {
        "certname": name,
        "version": "1763794801",
        "environment": "production",
        "transaction_uuid": "b9d6b4c4-4c0b-4c8e-a8d7-0a3e7a3c0a11",
        "catalog_uuid": None,
        "code_id": None,
        "job_id": None,
        "producer_timestamp": when,
        "producer": "puppet.example",
        "resources": [
            resource("Class", "Nginx"),
            resource("File", "/etc/nginx.conf", ensure="file", mode="0644", source=["a", "b"]),
            resource("Service", "nginx", ensure="running", enable=True),
        ],
        "edges": [
            {"source": contained, "target": conf, "relationship": "contains"},
            {"source": conf, "target": {"type": "Service", "title": "nginx"}, "relationship": "notifies"},
        ],
    }


def report(name: str, status: str = "changed", when: str = "2026-11-22T07:00:02Z") -> dict[str, Any]:
    def event(outcome: str) -> dict[str, Any]:
        return {
            "status": outcome,
            "timestamp": when,
            "property": "ensure",
            "name": "changed",
            "new_value": "file",
            "old_value": "absent",
            "message": "created",
            "corrective_change": False,
        }

    def touched(kind: str, title: str, events: list[Any], skipped: bool = False) -> dict[str, Any]:
        return {
            "timestamp": when,
            "resource_type": kind,
            "resource_title": title,
            "skipped": skipped,
            "events": events,
            "file": "/etc/site.pp",
            "line": 3,
            "containment_path": ["Stage[main]", "Nginx", f"{kind}[{title}]"],
        }

    outcome = "failure" if status == "failed" else "success"
    return {
        "certname": name,
        "environment": "production",
        "puppet_version": "7.23.0",
        "report_format": 12,
        "configuration_version": "1763794801",
        "start_time": when,
        "end_time": when,
        "producer_timestamp": when,
        "producer": "puppet.example",
        "transaction_uuid": "b9d6b4c4-4c0b-4c8e-a8d7-0a3e7a3c0a11",
        "catalog_uuid": None,
        "code_id": None,
        "job_id": None,
        "cached_catalog_status": "not_used",
        "status": status,
        "noop": False,
        "noop_pending": False,
        "corrective_change": False,
        "type": "agent",
        "resources": [
            touched("File", "/etc/nginx.conf", [event(outcome)]),
            touched("Service", "nginx", [], skipped=True),
        ],
        "metrics": [{"category": "resources", "name": "total", "value": 2}],
        "logs": [
            {"file": None, "line": None, "level": "notice", "message": "done", "source": "x", "tags": [], "time": when}
        ],
    }


def fill(client: Client, name: str, os_name: str, cpus: int) -> None:
    status = "failed" if name == "db1" else "changed"
    for sent in (
        client.command("replace_facts", 5, facts(name, os_name, cpus)),
        client.command("replace_catalog", 9, catalog(name)),
        client.command("store_report", 8, report(name, "unchanged", "2026-11-22T06:00:00Z")),
        client.command("store_report", 8, report(name, status)),
    ):
        assert sent.status_code == 200, sent.text
