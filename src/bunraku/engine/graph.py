"""The order of work: relationships, containment, automatic relations, and else the manifest's order.

A container (class, define, stage) becomes two points, its begin and its end: everything in it lies between them,
what comes before the container comes before its begin, what comes after it after its end. Of the points that are
ready, the one declared first is next, so the order is the same on every run. As Puppet's relationship graph does.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from heapq import heapify, heappop, heappush

Priority = tuple[int, ...]
"""The place in the manifest; what a resource brings in at its turn has its parent's place and one more number."""


class Graph:
    """Points numbered from 0, and edges that say "first" and whether changes travel along them."""

    def __init__(self) -> None:
        self.refs: list[str] = []
        self.after: list[dict[int, bool]] = []
        self._next_in_lane: dict[int, int | None] = {}
        self._priority: list[Priority] = []
        self._waits_for: list[int] = []
        self._done: list[bool] = []
        self._ready: list[tuple[Priority, int]] = []
        self._passes: set[int] = set()
        self.begin: dict[str, int] = {}
        self.end: dict[str, int] = {}

    def add(self, ref: str, *, container: bool = False, priority: Priority | None = None) -> int:
        """Put in a resource (one point) or a container (two); its first point's number."""
        priority = (len(self.refs),) if priority is None else priority
        self.begin[ref] = self.end[ref] = self._point(ref, priority)
        if container:
            self.end[ref] = self._point(ref, priority)
            self._passes |= {self.begin[ref], self.end[ref]}
            self._link(self.begin[ref], self.end[ref], False)
        return self.begin[ref]

    def is_work(self, point: int) -> bool:
        """Whether the point is a resource; else it is a container's begin or end, which passes on what reaches it."""
        return point not in self._passes

    def _point(self, ref: str, priority: Priority) -> int:
        self.refs.append(ref)
        self.after.append({})
        self._priority.append(priority)
        self._waits_for.append(0)
        self._done.append(False)
        return len(self.refs) - 1

    def _link(self, first: int, then: int, carries: bool) -> None:
        after = self.after[first]
        if then not in after:
            after[then] = carries
            self._waits_for[then] += not self._done[first]
        elif carries:
            after[then] = True

    def contain(self, container: str, content: str) -> None:
        """`container` holds `content`; a notification of the container reaches what it holds, and back."""
        self._link(self.begin[container], self.begin[content], True)
        self._link(self.end[content], self.end[container], True)

    def order(self, first: str, then: str, *, notify: bool = False) -> None:
        """`first` is done before `then`; with `notify` its changes refresh `then`."""
        self._link(self.end[first], self.begin[then], notify)

    def order_unless_said(self, first: str, then: str, *, notify: bool = False) -> None:
        """An automatic `order`, which gives way to a declared one in either direction."""
        if self.begin[first] not in self.after[self.end[then]] and self.begin[then] not in self.after[self.end[first]]:
            self.order(first, then, notify=notify)

    def insert(self, refs: Iterable[str], parent: str) -> None:
        """Put in, at the turn of resource `parent`, what it brings in: after it, before all that waits for it."""
        origin = self.begin[parent]
        end = self._point(parent, self._priority[origin])
        self._passes.add(end)
        # What waited for the parent waits for its end from now on; the number of things it waits for stays.
        self.after[end], self.after[origin] = self.after[origin], {}
        self.end[parent] = end
        self._link(origin, end, True)
        points = []
        for number, ref in enumerate(refs):
            point = self.add(ref, priority=(*self._priority[origin], number))
            self._link(origin, point, False)
            self._link(point, end, True)
            points.append(point)
        if origin in self._next_in_lane:
            following = self._next_in_lane[origin]
            line = [origin, *points]
            for first, then in zip(line, points, strict=False):
                self._next_in_lane[first] = then
                self._waits_for[then] += 1
            # What followed waits for as many as before: for the last one now.
            self._next_in_lane[line[-1]] = following

    # The walk ------------------------------------------------------------------------------------------------------

    def walk(self) -> Iterator[int]:
        """The points in order; a point is taken to be done when the next is asked for."""
        self.begin_walk()
        while (point := self.take()) is not None:
            yield point
            self.finish(point)

    def begin_walk(self) -> None:
        """Find the points that wait for nothing."""
        self._ready = [(p, i) for i, p in enumerate(self._priority) if not self._waits_for[i]]
        heapify(self._ready)

    def take(self) -> int | None:
        """The first of the points that wait for nothing that is not done; None where there is none (now)."""
        return heappop(self._ready)[1] if self._ready else None

    def finish(self, point: int) -> None:
        """A point is done: what waited for it alone may be taken."""
        self._done[point] = True
        for then in self._followers(point):
            self._waits_for[then] -= 1
            if not self._waits_for[then]:
                heappush(self._ready, (self._priority[then], then))

    def _followers(self, point: int) -> Iterable[int]:
        following = self._next_in_lane.get(point)
        return self.after[point] if following is None else (*self.after[point], following)

    def in_lanes(self, lane_of: Callable[[int], str | None]) -> list[int]:
        """Make ready for a walk that takes several points at once; the points that it will reach, in order.

        From now on the priority of a point is its place in the sequential order, and points of one lane wait for each
        other in that order, whether they depend on each other or not. lane_of: a point's lane; None: it has none.
        """
        waits_for = self._waits_for.copy()
        order = list(self.walk())
        self._waits_for, self._done = waits_for, [False] * len(waits_for)
        last: dict[str, int] = {}
        for place, point in enumerate(order):
            self._priority[point] = (place,)
            lane = lane_of(point)
            if lane is None:
                continue
            self._next_in_lane[point] = None
            if lane in last:
                self._next_in_lane[last[lane]] = point
                self._waits_for[point] += 1
            last[lane] = point
        return order

    def priority(self, point: int) -> Priority:
        """What is compared where two points could be next."""
        return self._priority[point]

    def may_start(self, now: int, candidates: Collection[int]) -> list[int]:
        """Those of `candidates` that could be done right after point `now` with nothing but each other between."""
        waits: dict[int, int] = {}
        free, reached = [now, *(point for _, point in self._ready)], []
        while free:
            point = free.pop()
            if point in candidates:
                reached.append(point)
            elif point != now and point not in self._passes:
                continue
            for then in self._followers(point):
                waits[then] = waits.get(then, self._waits_for[then]) - 1
                if not waits[then]:
                    free.append(then)
        return sorted(reached, key=lambda point: self._priority[point])

    def left(self) -> list[int]:
        """The points that the walk never reached, because they are in a cycle or behind one."""
        return [i for i, done in enumerate(self._done) if not done]

    def cycles(self) -> list[list[str]]:
        """The dependency cycles among the points never reached, each as a path of references that ends as it began.

        One cycle for each knot of points that all lead to each other, the shortest one through its first point.
        """
        found = []
        for knot in _knots(self.left(), self.after):
            path = [self.refs[point] for point in _round_trip(knot, self.after)]
            found.append([ref for i, ref in enumerate(path) if i == 0 or ref != path[i - 1]])
        return found


def _round_trip(knot: list[int], after: list[dict[int, bool]]) -> list[int]:
    """The shortest path from a knot's first point back to it."""
    members, start = set(knot), min(knot)
    came_from: dict[int, int] = {}
    fringe = [start]
    while True:
        nearer = []
        for point in fringe:
            for then in after[point]:
                if then == start:
                    path = [start, point]
                    while path[-1] != start:
                        path.append(came_from[path[-1]])
                    return path[::-1] if len(path) > 1 and path[1] != start else [start, start]
                if then in members and then not in came_from:
                    came_from[then] = point
                    nearer.append(then)
        fringe = nearer


def _knots(points: Iterable[int], after: list[dict[int, bool]]) -> list[list[int]]:
    """The strongly connected components of more than one point (Tarjan's algorithm, without recursion)."""
    points = list(points)
    allowed = set(points)
    index: dict[int, int] = {}
    low: dict[int, int] = {}
    stack: list[int] = []
    on_stack: set[int] = set()
    knots = []
    for root in points:
        if root in index:
            continue
        work = [(root, iter(after[root]))]
        index[root] = low[root] = len(index)
        stack.append(root)
        on_stack.add(root)
        while work:
            point, thens = work[-1]
            for then in thens:
                if then not in allowed:
                    continue
                if then not in index:
                    index[then] = low[then] = len(index)
                    stack.append(then)
                    on_stack.add(then)
                    work.append((then, iter(after[then])))
                    break
                if then in on_stack:
                    low[point] = min(low[point], index[then])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[point])
                if low[point] == index[point]:
                    knot: list[int] = []
                    while not knot or knot[-1] != point:
                        knot.append(stack.pop())
                        on_stack.discard(knot[-1])
                    if len(knot) > 1 or point in after[point]:
                        knots.append(knot)
    return knots
