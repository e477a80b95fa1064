"""Several turns at once (`--jobs N`): independent branches side by side, and the report of one after the other.

Rules:
- A resource's turn begins when all that it waits for is done, as in sequence.
- Types say in which lane they work (`ResourceType.lane`): turns of one lane are taken one at a time and in the
  sequential order, whether they depend on each other or not. So packages, accounts, files and the lines of files come
  out as they do in sequence; what runs beside them is other lanes' work, and types without a lane (exec, service).
- What is decided and what is told is decided and told in one thread, in the sequential order: outcomes are held back
  until all before them are over.
- Told to stop, commands that run are ended, and what is not a command is waited for, for a moment.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from heapq import heappop, heappush
from math import inf
from queue import Empty, SimpleQueue
from typing import TypeAlias

from bunraku.catalog.catalog import Resource
from bunraku.engine.outcome import Outcome
from bunraku.engine.transaction import Interrupted, Transaction
from bunraku.system import interrupt

PATIENCE = 2.0
"""Seconds that turns under way get to end after the run was told to stop."""

LOOK = 0.1
"""Seconds between two looks for an interrupt: one that comes just before a wait does not end the wait."""

Work: TypeAlias = Callable[[], list[Resource]]
Done: TypeAlias = tuple[int, list[Resource]]


class Crew:
    """Threads that take turns. A worker that is stuck does not hold the process back at its end."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.busy: set[int] = set()
        self._given: SimpleQueue[tuple[int, Work] | None] = SimpleQueue()
        self._done: SimpleQueue[Done] = SimpleQueue()
        for number in range(size):
            threading.Thread(target=self._work, name=f"turns-{number + 1}", daemon=True).start()

    def _work(self) -> None:
        while (given := self._given.get()) is not None:
            point, work = given
            generated: list[Resource] = []
            try:
                generated = work()
            except KeyboardInterrupt:
                pass  # noted in the outcome; the thread that was told to stop sees to the rest
            finally:
                self._done.put((point, generated))

    def give(self, point: int, work: Work) -> None:
        """Have `work` done by whoever is free."""
        self.busy.add(point)
        self._given.put((point, work))

    def wait(self, seconds: float = inf) -> Done:
        """The next turn that is over. Raises queue.Empty after `seconds`, KeyboardInterrupt."""
        while True:
            try:
                done = self._done.get(timeout=min(seconds, LOOK))
            except Empty:
                seconds -= LOOK
                if seconds <= 0:
                    raise
            else:
                self.busy.discard(done[0])
                return done

    def dismiss(self) -> None:
        """Let everybody go who is free."""
        for _ in range(self.size):
            self._given.put(None)


class Telling:
    """Outcomes in the sequential order, each told when all before it are over."""

    def __init__(self, transaction: Transaction, points: list[int]) -> None:
        self._graph = transaction.graph
        self._tell = transaction.options.on_outcome
        self._known = len(self._graph.refs)
        self._left = [(self._graph.priority(point), point) for point in points if self._graph.is_work(point)]
        self._over: dict[int, Outcome] = {}

    def over(self, point: int, outcome: Outcome) -> None:
        """A turn is over; what it brought in is in the graph already."""
        self._over[point] = outcome
        for new in range(self._known, len(self._graph.refs)):
            if self._graph.is_work(new):
                heappush(self._left, (self._graph.priority(new), new))
        self._known = len(self._graph.refs)
        while self._left and self._left[0][1] in self._over:
            self._tell(self._over.pop(heappop(self._left)[1]))

    def rest(self) -> None:
        """Tell what was held back: nothing more will come."""
        for point in sorted(self._over, key=self._graph.priority):
            self._tell(self._over.pop(point))


def walk(transaction: Transaction, jobs: int) -> None:
    """Take every resource at its turn, up to `jobs` at once. Raises Interrupted, KeyboardInterrupt."""
    graph = transaction.graph
    telling = Telling(transaction, graph.in_lanes(transaction.lane_of))
    crew = Crew(jobs)
    graph.begin_walk()
    try:
        _walk(transaction, crew, telling)
    except KeyboardInterrupt:
        with interrupt.passed_on():
            _let_end(transaction, crew, telling)
        raise
    finally:
        crew.dismiss()
        telling.rest()
        transaction.put_outcomes_in_order()
    transaction.report_cycles()


def _walk(transaction: Transaction, crew: Crew, telling: Telling) -> None:
    graph = transaction.graph
    late = None
    while True:
        while late is None and len(crew.busy) < crew.size and (point := graph.take()) is not None:
            if not graph.is_work(point):
                transaction.pass_on(point)
                graph.finish(point)
                continue
            try:
                outcome = transaction.start(point)
            except Interrupted as reason:  # its time is over: what is under way ends, nothing else begins
                late = reason
            else:
                crew.give(point, partial(transaction.work, point, outcome))
        if crew.busy:
            _settle(transaction, telling, crew.wait())
        elif late is None:
            return
        else:
            raise late


def _settle(transaction: Transaction, telling: Telling, done: Done) -> None:
    point, generated = done
    outcome = transaction.outcomes[transaction.graph.refs[point]]
    with interrupt.held():
        transaction.settle(point, outcome, generated)
        telling.over(point, outcome)
        transaction.graph.finish(point)


def _let_end(transaction: Transaction, crew: Crew, telling: Telling) -> None:
    """Wait for the turns under way, which were told to end."""
    with suppress(Empty):
        while crew.busy:
            _settle(transaction, telling, crew.wait(PATIENCE))
    for point in crew.busy:
        transaction.abandon(point)
