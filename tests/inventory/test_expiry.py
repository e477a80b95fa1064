"""What is let go, when, and that a node which is heard of again comes back."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bunraku.cli.main import main
from bunraku.inventory.commands import submit
from bunraku.inventory.expiry import Lifetimes, Round, duration, let_go
from bunraku.inventory.store import Store

from .conftest import catalog, facts, report

DAY = 86400.0
USUAL = Lifetimes(7 * DAY, 14 * DAY, 14 * DAY)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    found = Store(str(tmp_path / "inventory.db"))
    yield found
    found.close()


def after(days: float) -> datetime:
    return datetime.now(UTC) + timedelta(days=days)


def hear_of(store: Store, name: str, when: str) -> None:
    submit(store, "replace facts", 5, facts(name, "Debian", 4, when))
    submit(store, "replace catalog", 9, catalog(name, when))
    submit(store, "store report", 8, report(name, when=when))


def active(store: Store) -> list[str]:
    rows = store.reader().execute("SELECT certname FROM node WHERE deactivated IS NULL AND expired IS NULL")
    return [name for (name,) in rows]


def rows_of(store: Store, name: str) -> int:
    tables = ("event", "report", "edge", "resource", "catalog", "fact_content", "fact", "factset", "node")
    count = "SELECT count(*) FROM {} WHERE certname = ?"
    return sum(store.reader().execute(count.format(table), (name,)).fetchone()[0] for table in tables)


def test_a_silent_node_expires_and_comes_back(store: Store) -> None:
    now = datetime.now(UTC).isoformat()
    hear_of(store, "web1", now)
    assert let_go(store, USUAL, after(6.9)) == Round(0, 0, 0)
    assert let_go(store, USUAL, after(7.1)) == Round(1, 0, 0)
    assert active(store) == []
    submit(store, "replace facts", 5, facts("web1", "Debian", 4, after(7).isoformat()))
    assert active(store) == [], "what was sent before it expired is late, and no sign of life"
    submit(store, "replace facts", 5, facts("web1", "Debian", 4, after(8).isoformat()))
    assert active(store) == ["web1"]


def test_a_node_that_is_gone_is_forgotten_with_all_that_was_known(store: Store) -> None:
    now = datetime.now(UTC).isoformat()
    for name in ("web1", "web2"):
        hear_of(store, name, now)
    submit(store, "deactivate node", 3, {"certname": "web1", "producer_timestamp": after(1).isoformat()})
    assert let_go(store, USUAL._replace(node=0, report=0), after(14.5)) == Round(0, 0, 0)
    assert let_go(store, USUAL._replace(node=0, report=0), after(15.5)) == Round(0, 1, 0)
    assert rows_of(store, "web1") == 0
    assert rows_of(store, "web2") > 10


def test_old_reports_are_forgotten_and_the_node_stays(store: Store) -> None:
    hear_of(store, "web1", "2020-01-01T00:00:00Z")
    assert let_go(store, USUAL) == Round(0, 0, 1)
    node = store.reader().execute("SELECT certname, latest_report_status FROM nodes").fetchall()
    assert node == [("web1", None)]
    assert store.reader().execute("SELECT count(*) FROM event").fetchone() == (0,)


def test_for_ever_is_for_ever(store: Store) -> None:
    hear_of(store, "web1", "2020-01-01T00:00:00Z")
    assert let_go(store, Lifetimes(0, 0, 0), after(10000)) == Round(0, 0, 0)
    assert active(store) == ["web1"]


@pytest.mark.parametrize(("text", "seconds"), [("7d", 7 * DAY), ("12h", 43200), ("30m", 1800), ("90s", 90), ("0", 0)])
def test_times(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "7", "d", "-1d", "1w", "1.5d"])
def test_what_is_no_time_is_refused(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["inventory", "serve", "--database", str(tmp_path / "i.db"), f"--node-ttl={text}"]
    assert main(command) == 1
    assert "is not a time such as 7d" in capsys.readouterr().err
