"""Applying resources to a scratch folder or to this host."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bunraku.catalog.catalog import Catalog, Resource
from bunraku.engine.outcome import Outcome
from bunraku.engine.transaction import Options, Transaction
from bunraku.resources.base import Run

Apply = Callable[..., dict[str, Outcome]]


@pytest.fixture
def apply(tmp_path_factory: pytest.TempPathFactory) -> Apply:
    """Apply resources, `("file", "/x", {"ensure": "file"})` each, in order; their outcomes by reference."""
    state = tmp_path_factory.mktemp("state")

    def run(*resources: tuple[str, str, dict[str, Any]], noop: bool = False, **options: Any) -> dict[str, Outcome]:
        catalog = Catalog("host")
        for type_name, title, parameters in resources:
            sensitive = frozenset(parameters.get("__sensitive", ()))
            parameters = {k: v for k, v in parameters.items() if k != "__sensitive"}
            catalog.add(Resource(type_name.capitalize(), title, parameters, sensitive=sensitive))
        shared = Run(state, noop=noop, **options)
        transaction = Transaction(catalog, shared, Options(noop=noop))
        transaction.prepare()
        transaction.run()
        return transaction.outcomes

    return run


def words(outcome: Outcome) -> list[str]:
    """What happened to a resource, as a person reads it; failures begin with `! `."""
    return [("! " if e.status == "failure" else "") + e.words for e in outcome.events]


def only(outcomes: dict[str, Outcome]) -> Outcome:
    """The one outcome there is."""
    (outcome,) = outcomes.values()
    return outcome


__all__ = ["Apply", "Path", "only", "words"]
