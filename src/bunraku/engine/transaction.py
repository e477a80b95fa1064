"""The transaction: every resource of a catalog at its turn, and what travels from one to those that listen.

What is observed of Puppet 7.23 (its transaction and event manager), and kept:
- A resource is refreshed once, at its own turn, however many notified it. A resource that cannot be refreshed does
  not pass a notification on; a container does. What was refreshed notifies its own subscribers in turn.
- A resource whose dependency failed is skipped, and so is what depends on it.
- Without a change (noop) events are simulated, so that what would be refreshed is shown too.
- The metaparameter `noop` of a resource wins over the run's, in both directions.

Unlike Puppet, a dependency cycle or a bad parameter stops the resources concerned and what depends on them; the
rest is applied. A resource that failed is not refreshed.
"""

from __future__ import annotations

import time
from _thread import get_ident
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from typing import NamedTuple

from bunraku.catalog.catalog import Catalog, Resource
from bunraku.engine import events
from bunraku.engine.deferred import Resolve
from bunraku.engine.events import Notification
from bunraku.engine.graph import Priority
from bunraku.engine.memory import Memory
from bunraku.engine.outcome import Event, Outcome
from bunraku.engine.plan import Plan
from bunraku.engine.turn import Turns
from bunraku.resources.base import ResourceError, ResourceType, Run
from bunraku.system import files


class Options(NamedTuple):
    """How a catalog is applied.

    noop: look only. tags, skip_tags: apply only what has one of these tags; leave out what has one of those.
    ignore_schedules: apply at any time. deadline: seconds for the whole run, after which no new work is begun.
    jobs: how many turns may be taken at the same time. resolve: makes a deferred call and returns its value.
    on_start, on_outcome: called before and after each resource's turn; on_outcome in the order of work, whatever
    `jobs` is.
    """

    noop: bool = False
    tags: Collection[str] = ()
    skip_tags: Collection[str] = ()
    ignore_schedules: bool = False
    deadline: float | None = None
    jobs: int = 1
    resolve: Resolve | None = None
    on_start: Callable[[Outcome], None] = lambda outcome: None
    on_outcome: Callable[[Outcome], None] = lambda outcome: None


class Interrupted(Exception):
    """The run was told to stop, or its time is over; the outcomes so far are in the transaction."""


class Transaction:
    """One walk through a catalog. outcomes: by reference, in the order of work; `run` fills them."""

    def __init__(self, catalog: Catalog, run: Run, options: Options) -> None:
        self.run_state = run
        self.options = options
        self.plan = Plan(catalog, run)
        self.graph = self.plan.graph
        self.outcomes: dict[str, Outcome] = {}
        self._memory = Memory(run.state_dir / "memory.json")
        self._turns = Turns(self.plan, self._memory, options.resolve)
        self._queued: dict[int, list[tuple[Priority, Notification]]] = {}
        self._blocked: dict[int, tuple[Priority, str]] = {}
        self._speaking: dict[int, Outcome] = {}
        self._end = None if options.deadline is None else time.monotonic() + options.deadline
        run.ahead = self._ahead
        run.log = self._note

    def prepare(self) -> None:
        """Make the resources ready and put them in order."""
        self.plan.make()

    def run(self) -> None:
        """Take every resource at its turn. Raises Interrupted on Ctrl-C or when told to stop."""
        try:
            if self.options.jobs > 1:
                from bunraku.engine import parallel

                parallel.walk(self, self.options.jobs)
            else:
                self._walk()
            self._memory.keep_only(self.outcomes.keys())
        except KeyboardInterrupt:
            raise Interrupted("told to stop") from None
        finally:
            self._memory.save()
            for clean_up in self.run_state.at_end:
                clean_up()
            for folder in self.run_state.unflushed:
                with suppress(OSError):
                    files.flush_folder(folder)

    def _walk(self) -> None:
        for point in self.graph.walk():
            if not self.graph.is_work(point):
                self.pass_on(point)
                continue
            outcome = self.start(point)
            try:
                generated = self.work(point, outcome)
            except KeyboardInterrupt:
                self.options.on_outcome(outcome)
                raise
            self.settle(point, outcome, generated)
            self.options.on_outcome(outcome)
        self.report_cycles()

    # One resource --------------------------------------------------------------------------------------------------

    def start(self, point: int) -> Outcome:
        """The outcome of the resource at `point`, whose turn begins. Raises Interrupted when the time is over."""
        if self._end is not None and time.monotonic() > self._end:
            raise Interrupted(f"the run's deadline of {self.options.deadline:g} s is over")
        ref = self.graph.refs[point]
        outcome = self._outcome(ref)
        instance = self.plan.instances.get(ref)
        outcome.provider = None if instance is None else instance.provider_used
        outcome.skipped = self._reason_to_skip(point, outcome.resource)
        self.options.on_start(outcome)
        return outcome

    def work(self, point: int, outcome: Outcome) -> list[Resource]:
        """Take the turn; what the resource brings in. Raises KeyboardInterrupt, and nothing else."""
        if outcome.skipped:
            return []
        ref = self.graph.refs[point]
        instance = self.plan.instances.get(ref)
        before = time.perf_counter()
        self._speaking[get_ident()] = outcome
        try:
            if instance is None or ref in self.plan.unfit:
                raise ResourceError(self.plan.unfit[ref])
            self._turns.take(instance, outcome, self._heard(point), noop=self._is_noop(instance.resource))
            return [] if outcome.failed else list(instance.generate())
        except Exception as error:
            outcome.events.append(events.failure(error, instance))
        except KeyboardInterrupt:
            outcome.events.append(events.interrupted())
            raise
        finally:
            outcome.seconds = time.perf_counter() - before
        return []

    def settle(self, point: int, outcome: Outcome, generated: Iterable[Resource]) -> None:
        """After the turn: bring in what comes with the resource, and tell or stop what waits for it."""
        ref = self.graph.refs[point]
        if outcome.skipped:
            if point in self._blocked:
                self._block(point, self._blocked[point][1])
        elif outcome.failed:
            self._block(point, ref)
        else:
            instance = self.plan.instances[ref]
            self.plan.bring_in(instance, generated, self._is_noop(instance.resource))
            self._tell(point, [Notification.of(ref, event) for event in outcome.events if event.status != "audit"])

    def abandon(self, point: int) -> None:
        """The turn at `point` did not end when it was told to."""
        self.outcomes[self.graph.refs[point]].events.append(events.interrupted())

    def lane_of(self, point: int) -> str | None:
        """In which lane the resource at `point` works."""
        instance = self.plan.instances.get(self.graph.refs[point])
        return None if instance is None else instance.lane

    def put_outcomes_in_order(self) -> None:
        """Have the outcomes as a walk that takes one turn after the other has them."""
        order = sorted(self.outcomes, key=lambda ref: self.graph.priority(self.graph.begin[ref]))
        self.outcomes = {ref: self.outcomes[ref] for ref in order}

    def _heard(self, point: int) -> list[Notification]:
        """What `point` was told, in the order of work."""
        heard = self._queued.pop(point, [])
        if self.options.jobs > 1:
            heard.sort(key=lambda told: told[0])
        return [notification for _, notification in heard]

    def _note(self, level: str, message: str, source: str) -> None:
        """Give a line to the resource whose turn is under way in this thread."""
        self._speaking[get_ident()].note(level, message, source)

    def _outcome(self, ref: str) -> Outcome:
        outcome = self.outcomes[ref] = Outcome(self.plan.resource(ref), self.plan.containers(ref))
        return outcome

    def _is_noop(self, resource: Resource) -> bool:
        own = resource.parameters.get("noop")
        return self.options.noop if own is None else own in (True, "true")

    def _ahead(self, resource: ResourceType) -> list[ResourceType]:
        """What `Run.ahead` promises; resources that will be skipped, or only looked at, are left out."""
        others = {
            self.graph.begin[other.ref]: other
            for other in list(self.plan.instances.values())
            if type(other) is type(resource)
            and other is not resource
            and other.ref not in self.outcomes
            and not self._is_noop(other.resource)
            and "schedule" not in other.resource.parameters
        }
        points = self.graph.may_start(self.graph.begin[resource.ref], others)
        return [others[p] for p in points if not self._reason_to_skip(p, others[p].resource)]

    # What is left out ----------------------------------------------------------------------------------------------

    def _reason_to_skip(self, point: int, resource: Resource) -> str:
        if point in self._blocked:
            return f"{self._blocked[point][1]} failed"
        tags = self.options.tags
        if tags and not any(tag in resource.tags for tag in tags):
            return "tags"
        if any(tag in resource.tags for tag in self.options.skip_tags):
            return "tags"
        return "" if self.options.ignore_schedules else self._reason_of_schedule(resource)

    def _reason_of_schedule(self, resource: Resource) -> str:
        name = resource.parameters.get("schedule")
        if name is None:
            return ""
        from bunraku.resources.schedule import Schedule

        schedule = self.run_state.find("schedule", str(name))
        if schedule is None and name in ("hourly", "daily", "weekly", "monthly", "never"):
            schedule = Schedule(Resource("Schedule", name, {"period": name}), self.run_state)
        if not isinstance(schedule, Schedule):
            self.plan.unfit[resource.ref] = f"Could not find schedule {name}"
            return ""
        now = time.time()
        if not schedule.allows(self._memory.of(resource.ref).get("managed", 0.0), now):
            return "schedule"
        if not self._is_noop(resource):
            # A look uses no turn up: the run that it announces is allowed still.
            self._memory.keep(resource.ref, managed=now)
        return ""

    # What travels along the edges ----------------------------------------------------------------------------------

    def pass_on(self, point: int) -> None:
        """At a container's begin or end: let through what reached it."""
        if point in self._blocked:
            self._block(point, self._blocked[point][1])
        else:
            self._tell(point, self._heard(point))

    def _tell(self, point: int, notifications: list[Notification]) -> None:
        if notifications:
            place = self.graph.priority(point)
            for then, carries in self.graph.after[point].items():
                if carries:
                    self._queued.setdefault(then, []).extend((place, notification) for notification in notifications)

    def _block(self, point: int, cause: str) -> None:
        """What waits for `point` will be skipped, because of the first one in the order of work that stops it."""
        blocked = (self.graph.priority(point), cause)
        for then in self.graph.after[point]:
            if then not in self._blocked or self.options.jobs > 1 and blocked < self._blocked[then]:
                self._blocked[then] = blocked

    def report_cycles(self) -> None:
        """Give an outcome to what the walk never reached."""
        left = [point for point in self.graph.left() if self.graph.is_work(point)]
        if not left:
            return
        cycles = self.graph.cycles()
        members = {ref: cycle for cycle in cycles for ref in cycle}
        paths = [f"({' => '.join(cycle)})" for cycle in cycles]
        for number, point in enumerate(left):
            ref = self.graph.refs[point]
            outcome = self._outcome(ref)
            if ref in members or number == 0 and not any(self.graph.refs[p] in members for p in left):
                message = f"in a dependency cycle: {'; '.join(paths)}; drop one of these relationships"
                outcome.events.append(Event(None, "failure", words=message, message=message))
            else:
                outcome.skipped = f"it depends on a dependency cycle: {'; '.join(paths)}"
            self.options.on_outcome(outcome)
