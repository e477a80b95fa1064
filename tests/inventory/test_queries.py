"""The AST and PQL, asked over HTTP: each question with the nodes (or rows) that answer it."""

import json
from typing import Any

import pytest

from tests.inventory.conftest import Client

WEB = ["web1.example", "web2.example"]
ALL = ["db1", *WEB]

ASKED: list[tuple[str, Any, list[str]]] = [
    ("nodes", None, ALL),
    ("nodes", ["=", "certname", "db1"], ["db1"]),
    ("nodes", ["~", "certname", "^web\\d"], WEB),
    ("nodes", ["not", ["~", "certname", "^web"]], ["db1"]),
    ("nodes", ["or", ["=", "certname", "db1"], ["=", "certname", "web1.example"]], ["db1", "web1.example"]),
    ("nodes", ["and", ["=", "latest_report_status", "failed"], ["=", "latest_report_noop", False]], ["db1"]),
    ("nodes", ["null?", "deactivated", True], ALL),
    ("nodes", ["null?", "facts_timestamp", True], []),
    ("nodes", [">", "report_timestamp", "2026-11-22T09:00:01+02:00"], ALL),
    ("nodes", ["=", ["fact", "kernel"], "Linux"], ALL),
    ("nodes", [">", ["fact", "load"], 2], ["db1", "web2.example"]),
    ("nodes", ["=", ["fact", "is_virtual"], False], ["web1.example"]),
    ("nodes", ["in", "certname", ["array", ["db1", "nobody"]]], ["db1"]),
    ("nodes", ["in", ["fact", "load"], ["array", [2.0, 8]]], ["db1", "web1.example"]),
    ("nodes", ["subquery", "resources", ["=", "type", "Service"]], ALL),
    ("nodes", ["subquery", "fact_contents", ["and", ["=", "path", ["os", "name"]], ["=", "value", "Debian"]]], WEB),
    ("nodes", ["in", "certname", ["extract", "certname", ["select_facts", ["=", "name", "nothing"]]]], []),
    (
        "nodes",
        ["in", "certname", ["from", "reports", ["extract", "certname", ["=", "status", "failed"]]]],
        ["db1"],
    ),
    (
        "nodes",
        ["in", "certname", ["from", "nodes", ["extract", "certname"], ["order_by", ["certname"]], ["limit", 1]]],
        ["db1"],
    ),
    ("inventory", ["=", "facts.os.name", "Debian"], WEB),
    ("inventory", ["not", ["=", "facts.os.name", "Debian"]], ["db1"]),
    ("inventory", ["not", ["=", "facts.no.such", "x"]], ALL),
    ("inventory", [">=", "facts.processors.count", 8], ["db1", "web2.example"]),
    ("inventory", ["=", "facts.processors.count", 8.0], ["web2.example"]),
    ("inventory", ["=", "facts.processors.models[1]", "Xeon"], ALL),
    ("inventory", ["~", "facts.processors.models[0]", "^X"], ALL),
    ("inventory", ["=", 'facts."my.dotted"."a b"', "c"], ALL),
    ("inventory", ["=", 'facts.os.match("na.*")', "RedHat"], ["db1"]),
    ("inventory", ["=", "trusted.extensions.pp_role", "db"], ["db1"]),
    ("inventory", ["=", "facts.os.release", {"major": "12"}], ALL),
    ("inventory", ["null?", "facts.os.release", False], ALL),
    ("inventory", ["null?", "facts.nothing", True], ALL),
    ("facts", ["and", ["=", "name", "load"], [">", "value", 4]], ["db1"]),
    ("facts", ["and", ["=", "name", "is_virtual"], ["=", "value", True]], ["db1", "web2.example"]),
    ("fact-contents", ["and", ["~>", "path", ["processors", "mod.*", 1]], ["~", "value", "X"]], ALL),
    ("fact-contents", ["and", ["~>", "path", ["processors", "models", "1"]], ["~", "value", "X"]], []),
    ("fact-contents", ["=", "path", ["processors", "models", 0]], ALL),
    ("resources", ["and", ["=", "type", "File"], ["=", ["parameter", "ensure"], "file"]], ALL),
    ("resources", ["=", "parameters.enable", True], ALL),
    ("resources", ["=", ["parameter", "source"], ["a", "b"]], ALL),
    ("resources", ["and", ["=", "tag", "SERVICE"], ["=", "line", 3]], ALL),
    ("edges", ["and", ["=", "relationship", "notifies"], ["=", "source_type", "File"]], ALL),
    ("catalogs", ["=", "version", "1763794801"], ALL),
    ("factsets", ["<", "producer_timestamp", "2026-11-22T07:00:01Z"], ALL),
    ("reports", ["and", ["=", "latest_report?", True], ["=", "status", "failed"]], ["db1"]),
    ("events", ["and", ["=", "status", "failure"], ["=", "containing_class", "Nginx"]], ["db1"]),
    ("events", ["and", ["=", "containment_path", "Nginx"], ["=", "status", "failure"]], ["db1"]),
]


@pytest.mark.parametrize(("endpoint", "query", "names"), ASKED, ids=lambda x: json.dumps(x)[:60])
def test_the_ast_finds(population: Client, endpoint: str, query: Any, names: list[str]) -> None:
    params = {} if query is None else {"query": json.dumps(query)}
    assert population.names(f"/{endpoint}", **params) == names


@pytest.mark.parametrize(("endpoint", "query", "names"), ASKED, ids=lambda x: json.dumps(x)[:60])
def test_the_root_endpoint_finds_the_same(population: Client, endpoint: str, query: Any, names: list[str]) -> None:
    entity = endpoint.replace("-", "_")
    whole = ["from", entity] if query is None else ["from", entity, query]
    assert population.names("", query=json.dumps(whole)) == names


PQL: list[tuple[str, list[str]]] = [
    (r'nodes { certname ~ "^web\\d\\.example$" }', ["web1.example", "web2.example"]),
    (r'nodes { certname ~ "^web\d\.example$" }', ["web1.example", "web2.example"]),
    (r"nodes { certname ~ '^web\d\.example$' }", ["web1.example", "web2.example"]),
    (r'nodes { certname = "\u0064b\u0031" }', ["db1"]),
    (r'nodes { certname = "\ud83d" or certname = "\ud83d\ude00" }', []),
    ("nodes {}", ALL),
    ("nodes[certname] { certname = 'db1' }", ["db1"]),
    ('inventory[certname] { facts.os.name = "Debian" }', WEB),
    ('inventory[certname] { facts.os.name != "Debian" or certname = "web1.example" }', ["db1", "web1.example"]),
    ('inventory { !(facts.os.name = "Debian") and facts.processors.count > 2 }', ["db1"]),
    ('nodes { certname ~ "^web" and resources { type = "Service" and title = "nginx" } }', WEB),
    ('nodes { certname !~ "\\." }', ["db1"]),
    ('nodes { certname in ["db1", "x"] }', ["db1"]),
    ('nodes { certname in reports[certname] { status = "failed" } }', ["db1"]),
    ('nodes { [certname] in reports[certname] { status = "failed" } }', ["db1"]),
    ("nodes { deactivated is null order by certname desc limit 1 offset 1 }", ["web1.example"]),
    ("nodes { deactivated is not null }", []),
    ('fact_contents { path ~> ["os", "name"] and value = "RedHat" }', ["db1"]),
    ('inventory { facts."my.dotted"."a b" = "c" and facts.is_virtual = false }', ["web1.example"]),
    ('reports { receive_time > "2020-01-01" and status = "failed" }', ["db1"]),
    ("resources { type = 'File' and parameters.mode = '0644' }", ALL),
    # A pattern that would keep a backtracking engine busy for years.
    (f"nodes {{ certname ~ '^({'(a|a?)+' * 40})+$' }}", []),
    ('inventory { facts.match("m.*d").match(".* b") = "c" }', ALL),
]


@pytest.mark.parametrize(("query", "names"), PQL, ids=lambda x: str(x)[:60])
def test_pql_finds(population: Client, query: str, names: list[str]) -> None:
    assert population.names("", query=query) == names


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("nodes[count()] {}", [{"count": 3}]),
        (
            "reports[count(), status] { group by status order by status }",
            [{"count": 2, "status": "changed"}, {"count": 1, "status": "failed"}, {"count": 3, "status": "unchanged"}],
        ),
        ("facts[avg(value), max(value)] { name = 'load' }", [{"avg": 14 / 3, "max": 8.0}]),
        ("reports[to_string(end_time, 'YYYY-MM')] { limit 1 }", [{"to_string": "2026-11"}]),
        ("inventory[facts.os.release] { certname = 'db1' }", [{"facts.os.release": {"major": "12"}}]),
        (
            "facts[certname, value] { name = 'load' order by value desc limit 2 }",
            [{"certname": "db1", "value": 8.0}, {"certname": "web2.example", "value": 4.0}],
        ),
    ],
)
def test_pql_extracts(population: Client, query: str, rows: list[Any]) -> None:
    assert population.rows("", query=query) == rows


@pytest.mark.parametrize(
    ("path", "query", "told"),
    [
        ("/nodes", '["=", "certnam", "x"]', "did you mean 'certname'"),
        ("/nodes", '["=", "certname"]', "takes a field and a value"),
        ("/nodes", '["like", "certname", "x"]', '"like" is not an operator'),
        ("/nodes", '["~", "certname", "("]', "not a regular expression"),
        ("/nodes", '["~", "certname", "(?=a)"]', "not a regular expression"),
        ("/nodes", '["~", "certname", 1]', "is a string"),
        ("/nodes", '["=", "certname", ', "not JSON"),
        ("/nodes", '["and"]', "at least one condition"),
        ("/nodes", '["from", "facts"]', "asks from facts"),
        ("/nodes", '[">", "facts_timestamp", "yesterday"]', "not a time"),
        ("/nodes", '["extract", ["certname", ["function", "count"]]]', "group_by"),
        ("/nodes", "[" * 300 + '"not"' + "]" * 300, "not a condition"),
        ("/nodes", '["not", ' * 200 + '["=", "certname", "x"]' + "]" * 200, "nested deeper"),
        ("/reports", '["=", "logs", "x"]', "cannot be compared"),
        ("/facts", '[">", "value", "many"]', "with a number"),
        ("", '["=", "certname", "x"]', "what it is about"),
        ("", "nodes { certname = }", "a value (a string in quotes, a number, true, false, a list) is expected"),
        ("", "nodes { certname = 'x' ", "'}' is expected, not the end (column 24)"),
        ("", "node { }", "'node' is not an entity (column 1)"),
        ("", "nodes { certname ; 1 }", "';' is not understood (column 18)"),
        ("", "nodes {" + "(" * 5000, "nested deeper"),
    ],
)
def test_a_wrong_query_is_400_with_what_and_where(population: Client, path: str, query: str, told: str) -> None:
    response = population.get(f"/pdb/query/v4{path}", query=query)
    assert response.status_code == 400
    assert told in response.text


def test_a_page_of_an_answer_tells_how_much_there_is(population: Client) -> None:
    order = json.dumps([{"field": "certname", "order": "desc"}])
    response = population.get("/pdb/query/v4/nodes", order_by=order, limit=1, offset=1, include_total="true")
    assert [row["certname"] for row in response.json()] == ["web1.example"]
    assert response.headers["X-Records"] == "3"


@pytest.mark.parametrize(
    "params", [{"limit": "x"}, {"offset": "-1"}, {"order_by": '[{"field": "no"}]'}, {"order_by": "{"}]
)
def test_wrong_paging_is_400(population: Client, params: dict[str, str]) -> None:
    assert population.get("/pdb/query/v4/nodes", **params).status_code == 400


CHILDREN = [
    ("nodes/nobody/facts", "node nobody"),
    ("nodes/nobody/resources/File", "node nobody"),
    ("catalogs/nobody/edges", "catalog nobody"),
    ("factsets/nobody/facts", "factset nobody"),
    ("reports/00ff/events", "report 00ff"),
    ("environments/nowhere/facts", "environment nowhere"),
    ("producers/nobody/catalogs", "producer nobody"),
]


@pytest.mark.parametrize(("path", "what"), CHILDREN)
def test_what_belongs_to_something_that_is_not_there(population: Client, path: str, what: str) -> None:
    missing = population.get(f"/pdb/query/v4/{path}")
    assert missing.status_code == 404
    assert missing.json() == {"error": f"No information is known about {what}"}


def test_parameters_that_are_none(population: Client) -> None:
    for path, asked, words in (
        ("nodes", {"frob": "1"}, "Unsupported query parameter 'frob'"),
        ("nodes", {"distinct_resources": "true"}, "Unsupported query parameter 'distinct_resources'"),
        ("event-counts", {}, "Missing required query parameter 'summarize_by'"),
        ("", {"limit": "1"}, "Missing required query parameter 'query'"),
    ):
        refused = population.get(f"/pdb/query/v4/{path}".rstrip("/"), **asked)
        assert (refused.status_code, refused.text) == (400, words)
    assert population.rows("/nodes", timeout="30", explain="analyze", origin="me") != []
    assert population.rows("", query="nodes { certname = 'db1' }", ast_only="true") == [
        "from",
        "nodes",
        ["=", "certname", "db1"],
    ]


def test_forms_that_are_not_ours(population: Client) -> None:
    url = f"{population.url}/pdb/query/v4/nodes"
    for method, headers, code, words in (
        ("GET", {"Accept": "text/html"}, 406, "must accept application/json"),
        ("POST", {"Content-Type": "text/plain"}, 415, "content type text/plain not supported"),
        (
            "POST",
            {"Content-Type": "application/json", "Content-Encoding": "br"},
            415,
            "content encoding br not supported",
        ),
    ):
        refused = population.session.request(method, url, data=b"{}", headers=headers, timeout=20)
        assert (refused.status_code, refused.text) == (code, words)
    taken = {"Content-Type": "application/json; charset=utf-8", "Accept": "text/html, application/json;q=0.9"}
    assert population.session.post(url, data=b"{}", headers=taken, timeout=20).status_code == 200


def test_what_is_not_there(population: Client) -> None:
    missing = population.get("/pdb/query/v4/nodes/nobody")
    assert missing.status_code == 404
    assert missing.json() == {"error": "No information is known about node nobody"}
    assert population.get("/pdb/query/v4/nothing").status_code == 404


def test_paths_narrow_an_entity_down(population: Client) -> None:
    assert population.rows("/nodes/db1")["latest_report_status"] == "failed"
    assert population.rows("/facts/kernel/Linux", query='["=", "certname", "db1"]') == [
        {"certname": "db1", "name": "kernel", "value": "Linux", "environment": "production"}
    ]
    assert len(population.rows("/resources/file")) == 3
    assert population.rows("/nodes/db1/resources/File/%2Fetc%2Fnginx.conf")[0]["parameters"]["mode"] == "0644"
    assert population.rows("/factsets/db1")["facts"]["data"][0] == {"name": "is_virtual", "value": True}
    held = population.rows("/catalogs/db1")
    assert [len(held[part]["data"]) for part in ("resources", "edges")] == [3, 2]
    assert held["resources"]["data"][0]["exported"] is False
    key = population.rows("/nodes/db1")["latest_report_hash"]
    assert [e["status"] for e in population.rows(f"/reports/{key}/events")] == ["failure", "skipped"]
    assert population.rows(f"/reports/{key}/logs")[0]["message"] == "done"
    assert population.rows(f"/reports/{key}/metrics")[0]["value"] == 2
    assert population.rows("/environments/production") == {"name": "production"}
    assert population.rows("/producers") == [{"name": "puppet.example"}]
    assert population.rows("/fact-names")[:2] == ["is_virtual", "kernel"]
    assert {"path": ["os", "name"], "type": "string"} in [
        {k: row[k] for k in ("path", "type")} for row in population.rows("/fact-paths")
    ]


def test_events_are_counted(population: Client) -> None:
    counts = population.rows("/event-counts", summarize_by="certname", query='["=", "latest_report?", true]')
    assert {"subject_type": "certname", "subject": {"title": "db1"}, "failures": 1, "successes": 0, "noops": 0,
            "skips": 1} in counts  # fmt: skip
    some = population.rows("/event-counts", summarize_by="resource", counts_filter='[">", "failures", 0]')
    assert [row["subject"] for row in some] == [{"type": "File", "title": "/etc/nginx.conf"}]
    assert population.rows("/aggregate-event-counts", summarize_by="certname")[0]["total"] == 3
    assert population.get("/pdb/query/v4/event-counts", summarize_by="colour").status_code == 400
