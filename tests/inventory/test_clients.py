"""pypuppetdb, the client that dashboards are made of, and our own commands against the inventory."""

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlparse

import pypuppetdb
import pytest
from pypuppetdb.api import API
from pypuppetdb.QueryBuilder import AndOperator, EqualsOperator, ExtractOperator, FunctionOperator, RegexOperator

from tests.inventory.conftest import Client, catalog, facts, report


@pytest.fixture
def db(population: Client) -> API:
    where = urlparse(population.url)
    return pypuppetdb.connect(host=where.hostname, port=where.port)


def test_nodes_and_what_hangs_on_them(db: API) -> None:
    nodes = {node.name: node for node in db.nodes(with_status=True, unreported=10**6)}
    assert {name: node.status for name, node in nodes.items()} == {
        "db1": "failed",
        "web1.example": "changed",
        "web2.example": "changed",
    }
    node = db.node("db1")
    assert node.fact("kernel").value == "Linux"
    assert [r.name for r in node.resources("File")] == ["/etc/nginx.conf"]
    assert sorted(r.status for r in node.reports()) == ["failed", "unchanged"]


def test_facts(db: API) -> None:
    assert "os" in db.fact_names()
    assert {f.node for f in db.facts("kernel", "Linux")} == {"db1", "web1.example", "web2.example"}
    assert [f.node for f in db.facts("os", query='["=", "certname", "db1"]')] == ["db1"]
    assert len(list(db.factsets())) == 3
    assert [i.facts["os"]["name"] for i in db.inventory(query='["=", "certname", "db1"]')] == ["RedHat"]
    found = db.fact_contents(query='["=", "path", ["os", "name"]]')
    assert len(list(found)) == 3
    assert len(list(db.fact_paths(query='["~>", "path", ["os", ".*"]]'))) == 1


def test_catalogs_reports_and_events(db: API) -> None:
    held = db.catalog("db1")
    assert held.get_resource("Service", "nginx").parameters["ensure"] == "running"
    assert {e.relationship for e in db.edges(query='["=", "certname", "db1"]')} == {"contains", "notifies"}
    newest = json.dumps([{"field": "start_time", "order": "desc"}])
    latest = next(db.reports(query='["=", "certname", "db1"]', order_by=newest, limit=1, include_total=True))
    assert (latest.status, db.total) == ("failed", 2)
    assert sorted(e.status for e in latest.events()) == ["failure", "skipped"]
    assert db.event_counts(summarize_by="certname", query='["=", "certname", "db1"]')[0]["failures"] == 2 - 1
    assert db.aggregate_event_counts(summarize_by="resource")[0]["total"] == 2


def test_queries_that_dashboards_build(db: API) -> None:
    counted = ExtractOperator()
    counted.add_field([FunctionOperator("count"), "status"])
    counted.add_query(RegexOperator("certname", "."))
    counted.add_group_by("status")
    rows = db._query("reports", query=counted)
    assert {row["status"]: row["count"] for row in rows} == {"changed": 2, "failed": 1, "unchanged": 3}
    both = AndOperator()
    both.add([EqualsOperator(["fact", "kernel"], "Linux"), EqualsOperator("facts_environment", "production")])
    assert len(list(db.nodes(query=both))) == 3
    assert [n.name for n in db.pql("nodes { certname = 'db1' }")] == ["db1"]
    assert [n.name for n in db.nodes(query='["=", "certname", "db1"]', request_method="POST")] == ["db1"]


def test_metadata(db: API) -> None:
    assert tuple(map(int, db.current_version().split("."))) >= (5, 2, 0)
    assert db.status()["state"] == "running"
    assert list(db.environments()) == [{"name": "production"}]
    assert db.metric("puppetlabs.puppetdb.population:name=num-nodes", version="v2")["Value"] == 3


def test_commands(server: Client) -> None:
    where = urlparse(server.url)
    db = pypuppetdb.connect(host=where.hostname, port=where.port)
    for command, payload in (
        ("replace facts", facts("a", "Debian", 1)),
        ("replace catalog", catalog("a")),
        ("store report", report("a")),
    ):
        assert "uuid" in db.command(command, payload)
    assert [n.name for n in db.nodes()] == ["a"]
    db.command("deactivate node", {"certname": "a", "producer_timestamp": "2030-01-01T00:00:00Z"})
    assert list(db.nodes()) == []


PAGES = """
import sys
from puppetboard.app import app

client = app.test_client()
for page in sys.stdin.read().split():
    answer = client.get(page)
    print(page, answer.status_code, "db1" in answer.get_data(as_text=True))
"""

BOARD = {
    "/": True,
    "/nodes": True,
    "/node/db1": True,
    "/node/db1/facts/json?draw=1": True,
    "/inventory/json?draw=1&start=0&length=10": True,
    "/reports/json?draw=1&start=0&length=10&order[0][column]=0&order[0][dir]=desc": True,
    "/reports/db1/json?draw=1&start=0&length=10": True,
    "/daily_reports_chart.json": False,
    "/facts": False,
    "/fact/kernel/json": True,
    "/catalogs/json?draw=1&start=0&length=10": True,
    "/catalog/db1": True,
    "/failures": True,
    "/radiator": False,
    "/metrics": False,
    "/query": False,
}
"""Puppetboard's pages, and whether the failed node is to be seen there."""


def test_puppetboard_shows_its_pages(population: Client, tmp_path: Path) -> None:
    pytest.importorskip("puppetboard", reason="puppetboard is not installed")
    where = urlparse(population.url)
    settings = tmp_path / "settings.py"
    settings.write_text(
        f"PUPPETDB_HOST = {where.hostname!r}\nPUPPETDB_PORT = {where.port}\n"
        "SECRET_KEY = 'k' * 40\nENABLE_CATALOG = True\n"
    )
    shown = subprocess.run(
        [sys.executable, "-c", PAGES],
        input="\n".join(BOARD),
        env=os.environ | {"PUPPETBOARD_SETTINGS": str(settings)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert shown.stdout.splitlines() == [f"{page} 200 {seen}" for page, seen in BOARD.items()]


# Our own commands -----------------------------------------------------------------------------------------------------


def bunraku(*words: str) -> subprocess.CompletedProcess[str]:
    run = [sys.executable, "-m", "bunraku.cli.main", *words]
    return subprocess.run(run, capture_output=True, text=True, timeout=60, check=False)


CODE = """
file { '{folder}/secret': ensure => file, content => Sensitive('hunter2'), mode => '0600' }
~> notify { 'told': require => Class['a'] }
class a { file { '{folder}/plain': ensure => file, content => 'x' } }
include a
"""


@pytest.mark.parametrize("over_http", [False, True])
def test_an_apply_is_stored_and_asked_about(server: Client, tmp_path: Path, over_http: bool) -> None:
    place = server.url if over_http else str(tmp_path / "local.db")
    code = CODE.replace("{folder}", str(tmp_path))
    common = ("--inventory", place)
    state = ("--statedir", str(tmp_path / "state"), "--certname", "host.example")
    ran = bunraku("apply", "-e", code, *common, *state)
    assert (ran.returncode, ran.stderr) == (0, "")

    def ask(query: str) -> list[dict[str, object]]:
        answer = bunraku("query", *common, "--format", "json", query)
        assert answer.returncode == 0, answer.stderr
        rows: list[dict[str, object]] = json.loads(answer.stdout)
        return rows

    (node,) = ask("nodes {}")
    assert (node["certname"], node["latest_report_status"]) == ("host.example", "changed")
    assert ask("inventory[facts.kernel] { facts.kernel = 'Linux' }") == [{"facts.kernel": "Linux"}]
    (secret,) = ask(f"resources[parameters] {{ title = '{tmp_path}/secret' }}")
    assert secret == {"parameters": {"ensure": "file", "mode": "0600", "notify": ["Notify[told]"]}}
    relations = ask("edges[relationship, source_title] { target_title = 'told' order by relationship, source_title }")
    assert [(e["relationship"], e["source_title"]) for e in relations] == [
        ("contains", "main"),
        ("notifies", f"{tmp_path}/secret"),
        ("required-by", "A"),
    ]
    (event,) = ask(
        f"events[status, containing_class] {{ resource_title = '{tmp_path}/plain' and property = 'ensure' }}"
    )
    assert event == {"status": "success", "containing_class": "A"}
    everything = [ask(f"{entity} {{}}") for entity in ("catalogs", "reports", "events", "resources", "facts")]
    assert "hunter2" not in json.dumps(everything)


def test_an_inventory_that_is_away_is_a_warning_and_the_run_stays_done(tmp_path: Path) -> None:
    code = f"file {{ '{tmp_path}/x': ensure => file }}"
    ran = bunraku("apply", "-e", code, "--inventory", "http://127.0.0.1:1", "--statedir", str(tmp_path / "state"))
    assert ran.returncode == 0
    assert "Warning: the run is done, but not stored in the inventory" in ran.stderr
    assert (tmp_path / "x").exists()


def test_a_query_prints_a_table_and_says_what_is_wrong(population: Client) -> None:
    asked = bunraku(
        "query", "--inventory", population.url, "nodes[certname, latest_report_status] { certname = 'db1' }"
    )
    assert asked.stdout == "certname  latest_report_status\ndb1       failed\n"
    names = bunraku("query", "--inventory", population.url, "nodes[certname] { order by certname }")
    assert names.stdout.split() == ["db1", "web1.example", "web2.example"]
    wrong = bunraku("query", "--inventory", population.url, "nodes { certnam = 'x' }")
    assert (wrong.returncode, wrong.stderr) == (
        1, "Error: 'certnam' is not a field of nodes, did you mean 'certname'?\n"
    )  # fmt: skip


@pytest.mark.parametrize("listen", ["nowhere", "127.0.0.1:99999", "192.0.2.1:0"])
def test_serving_where_one_cannot_is_refused(tmp_path: Path, listen: str) -> None:
    ran = bunraku("inventory", "serve", "--listen", listen, "--database", str(tmp_path / "i.db"))
    assert ran.returncode == 1
    assert ran.stderr.startswith("Error: ")
    assert "Traceback" not in ran.stderr


def test_the_daemon_says_where_it_listens_and_ends_on_a_signal(tmp_path: Path) -> None:
    database = str(tmp_path / "i.db")
    run = [sys.executable, "-m", "bunraku.cli.main", "inventory", "serve", "--listen", "127.0.0.1:0"]
    with subprocess.Popen([*run, "--database", database], stdout=subprocess.PIPE, text=True) as daemon:
        assert daemon.stdout is not None
        said = daemon.stdout.readline()
        client = Client(said.split("url=")[1].split()[0])
        client.command("replace_facts", 5, facts("a", "Debian", 1))
        daemon.terminate()
        daemon.wait(20)
    assert f"database={database}" in said
    assert bunraku("query", "--inventory", database, "nodes[certname] {}").stdout == "a\n"
