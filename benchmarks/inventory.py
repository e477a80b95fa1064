"""Queries at 1,000 simulated nodes: time of each over HTTP (median of 9), and beside it one `GET` of the version.

    python benchmarks/inventory.py [NODES]

The version's request is the floor: what HTTP itself costs here. Facts are this host's, with a few values changed a
node; catalogs have 100 resources.
"""

import statistics
import sys
import tempfile
import time
from pathlib import Path

from bunraku.facts import collect
from bunraku.inventory.commands import submit

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.inventory import conftest

NODES = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
QUERIES = {
    "all nodes": "nodes {}",
    "one fact of all": "facts { name = 'kernel' }",
    "facts by a dotted path": "inventory[certname] { facts.os.name = 'Debian' and facts.node.number < 50 }",
    "a regular expression on a path": "fact_contents[certname, value] { path ~> ['networking', 'ip.*'] }",
    "a subquery": "nodes[certname] { resources { type = 'File' and title = '/etc/file7' } }",
    "resources of one type, a page": "resources { type = 'File' order by certname limit 100 }",
    "reports by status": "reports[count(), status] { group by status }",
    "failed events": "events { status = 'failure' limit 100 }",
}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        serving = conftest.serving(Path(folder))
        with serving as client:
            fill(serving.store)
            floor = median(client, "/pdb/meta/v1/version")
            print(f"{NODES} nodes, HTTP alone {floor * 1000:.1f} ms")
            for name, query in QUERIES.items():
                took = median(client, "/pdb/query/v4", query=query)
                rows = len(client.rows("", query=query))
                print(f"{name:<34}{rows:>7} rows {took * 1000:>8.1f} ms {took / floor:>7.1f} × HTTP alone")


def fill(store: conftest.Store) -> None:
    base = dict(collect())
    started = time.perf_counter()
    for number in range(NODES):
        name = f"node{number:04}.example"
        facts = conftest.facts(name, "Debian", 4)
        submit(store, "replace facts", 5, facts | {"values": base | {"node": {"number": number}}})
        catalog = conftest.catalog(name)
        more = [catalog["resources"][1] | {"title": f"/etc/file{n}"} for n in range(97)]
        submit(store, "replace catalog", 9, catalog | {"resources": catalog["resources"] + more})
        submit(store, "store report", 8, conftest.report(name, "changed" if number % 10 else "failed"))
    print(f"stored {3 * NODES / (time.perf_counter() - started):.0f} commands a second")


def median(client: conftest.Client, path: str, **params: str) -> float:
    times = []
    for _ in range(9):
        started = time.perf_counter()
        client.get(path, **params).raise_for_status()
        times.append(time.perf_counter() - started)
    return statistics.median(times)


if __name__ == "__main__":
    main()
