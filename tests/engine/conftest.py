"""Catalogs written in a few lines, and a type that does in memory what real ones do on the host."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from bunraku import resources
from bunraku.catalog.catalog import Catalog, Edge, Resource
from bunraku.engine.transaction import Options, Transaction
from bunraku.resources.base import Changes, Ensure, Param, Property, ResourceError, ResourceType, Run, State


class Thing(ResourceType):
    """A value in `run.shared`; it writes down what is done to it."""

    type_name = "thing"
    name = Param("", namevar=True)
    ensure = Ensure()
    value = Property("")
    breaks = Param("", default="")
    needs = Param("", many=True, default=[])
    children = Param("", many=True, default=[])
    absorbs = Param("", default=False)

    def state(self) -> dict[str, Any]:
        return self.run.shared.setdefault("things", {})

    def did(self, what: str) -> None:
        self.run.shared.setdefault("done", []).append(f"{what} {self.title}")

    def read(self) -> State:
        if self.breaks == "read":
            raise ResourceError("cannot be read")
        value = self.state().get(self.title)
        return {"ensure": "absent"} if value is None else {"ensure": "present", "value": value}

    def change(self, changes: Changes) -> None:
        if self.breaks == "interrupt":
            raise KeyboardInterrupt
        if self.breaks == "change":
            raise ResourceError("cannot be changed")
        self.did("change")
        self.state()[self.title] = self.value or ""

    def refresh(self) -> str:
        if self.breaks == "refresh":
            raise ResourceError("cannot be refreshed")
        self.did("refresh")
        return "refreshed"

    def absorbs_refresh(self, changes: Changes) -> bool:
        return bool(self.absorbs)

    def autorequire(self) -> Iterable[tuple[str, str]]:
        return [("thing", name) for name in self.needs]

    def generate(self) -> Iterable[Resource]:
        return [Resource("Thing", name, {"value": "child"}) for name in self.children]


class Deaf(Thing):
    """A thing that cannot be refreshed."""

    type_name = "deaf"
    refresh = ResourceType.refresh  # type: ignore[assignment]


class Applied:
    """A run that is over: what was done in order, and the state of each resource."""

    def __init__(self, transaction: Transaction) -> None:
        self.transaction = transaction
        self.done = transaction.run_state.shared.get("done", [])
        self.outcomes = transaction.outcomes

    def state(self, ref: str) -> str:
        return self.outcomes[ref].state

    def changed(self) -> list[str]:
        return [line.removeprefix("change ") for line in self.done if line.startswith("change ")]

    def refreshed(self) -> list[str]:
        return [line.removeprefix("refresh ") for line in self.done if line.startswith("refresh ")]


@pytest.fixture
def apply(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Apply a catalog: keyword arguments `things` (title → parameters), `inside` (container → titles)."""
    known = {"thing": Thing, "deaf": Deaf}
    load = resources.load
    monkeypatch.setattr(resources, "load", lambda name: known.get(name) or load(name))

    def run(
        things: dict[str, dict[str, Any]],
        inside: dict[str, list[str]] | None = None,
        present: dict[str, Any] | None = None,
        **options: Any,
    ) -> Applied:
        catalog = Catalog("host")
        for name, parameters in things.items():
            type_name, bracket, title = name.partition("[")
            if not bracket:
                type_name, title = "Thing", name + "]"
            catalog.add(Resource(type_name, title[:-1], parameters, tags=dict.fromkeys(parameters.pop("tags", ()))))
        for container, titles in (inside or {}).items():
            catalog.edges += [Edge(container, t if "[" in t else f"Thing[{t}]") for t in titles]
        shared = Run(tmp_path, noop=options.get("noop", False))
        shared.shared["things"] = dict(present or {})
        transaction = Transaction(catalog, shared, Options(**options))
        transaction.prepare()
        transaction.run()
        return Applied(transaction)

    return run
