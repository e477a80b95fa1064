"""The transaction: every resource of a catalog at its turn: read, compare, change, tell those who listen.

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

import os
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from typing import Any, NamedTuple

from bunraku import resources
from bunraku.catalog.catalog import Catalog, Resource
from bunraku.catalog.values import Deferred, Sensitive
from bunraku.engine.graph import Graph
from bunraku.engine.memory import Memory
from bunraku.engine.outcome import MASK, Event, EventStatus, Outcome
from bunraku.resources.base import ResourceError, ResourceType, Run, shown
from bunraku.system import files
from bunraku.system.process import CommandError

RELATIONS = (("before", True, False), ("notify", True, True), ("require", False, False), ("subscribe", False, True))
"""Each relationship metaparameter: whether its resource comes first, whether changes travel."""

Resolve = Callable[[Deferred], Any]


class Notification(NamedTuple):
    """What one resource tells another: where it came from, what happened there, and whether it only would have."""

    source: str
    words: str
    noop: bool


class Options(NamedTuple):
    """How a catalog is applied.

    noop: look only. tags, skip_tags: apply only what has one of these tags; leave out what has one of those.
    ignore_schedules: apply at any time. deadline: seconds for the whole run, after which no new work is begun.
    resolve: makes a deferred call and returns its value. on_outcome: called after each resource's turn.
    """

    noop: bool = False
    tags: Collection[str] = ()
    skip_tags: Collection[str] = ()
    ignore_schedules: bool = False
    deadline: float | None = None
    resolve: Resolve | None = None
    on_outcome: Callable[[Outcome], None] = lambda outcome: None


class Interrupted(Exception):
    """The run was told to stop, or its time is over; the outcomes so far are in the transaction."""


class Transaction:
    """One walk through a catalog. outcomes: by reference, in the order of work; `run` fills them."""

    def __init__(self, catalog: Catalog, run: Run, options: Options) -> None:
        self.catalog = catalog
        self.run_state = run
        self.options = options
        self.graph = Graph()
        self.outcomes: dict[str, Outcome] = {}
        self._instances: dict[str, ResourceType] = {}
        self._unfit: dict[str, str] = {}
        self._containers: dict[str, str] = {}
        self._queued: dict[int, list[Notification]] = {}
        self._blocked: dict[int, str] = {}
        self._prefetched: set[type[ResourceType]] = set()
        run.ahead = self._ahead
        self._memory = Memory(run.state_dir / "memory.json")
        self._end = None if options.deadline is None else time.monotonic() + options.deadline

    # Before the walk -----------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """Make the resources ready and put them in order."""
        holders = {edge.source for edge in self.catalog.edges}
        for resource in self.catalog:
            self.graph.add(resource.ref, container=not self._is_work(resource, holders))
        for edge in self.catalog.edges:
            if edge.source in self.graph.begin and edge.target in self.graph.begin:
                self._containers[edge.target] = edge.source
                self.graph.contain(edge.source, edge.target)
        for resource in self.catalog:
            self._relate(resource)
        for instance in list(self._instances.values()):
            self._relate_automatically(instance)

    def _is_work(self, resource: Resource, holders: Collection[str]) -> bool:
        """Whether `resource` is a native one (made ready here), rather than a container."""
        name = resource.type.lower()
        if name in ("class", "stage") or resource.ref in holders:
            return False
        native = resources.load(name)
        if native is not None:
            self._instantiate(native, resource)
            return True
        if resource.kind == "compilable_type" or resources.find(name) is not None:
            self._unfit[resource.ref] = f"bunraku cannot apply the type '{name}': a module's Ruby provider is not run"
            return True
        return False

    def _instantiate(self, native: type[ResourceType], resource: Resource) -> None:
        known = self.run_state.resources
        try:
            instance = native(resource, self.run_state)
        except ValueError as error:
            self._unfit[resource.ref] = str(error)
            return
        self._instances[resource.ref] = instance
        for name in (resource.title, instance.identity, *_as_list(resource.parameters.get("alias"))):
            known.setdefault((native.type_name, str(name)), instance)

    def _relate(self, resource: Resource) -> None:
        for parameter, comes_first, carries in RELATIONS:
            for reference in _as_list(resource.parameters.get(parameter)):
                other = self._find(str(reference))
                if other is None:
                    self._unfit[resource.ref] = f"Could not find {reference}, named in its parameter '{parameter}'"
                elif comes_first:
                    self.graph.order(resource.ref, other, notify=carries)
                else:
                    self.graph.order(other, resource.ref, notify=carries)

    def _relate_automatically(self, instance: ResourceType) -> None:
        for others, comes_first, carries in (
            (instance.autorequire(), False, False),
            (instance.autosubscribe(), False, True),
            (instance.autobefore(), True, False),
            (instance.autonotify(), True, True),
        ):
            for type_name, name in others:
                other = self._find_named(type_name, name)
                if other is None or other == instance.ref:
                    continue
                first, then = (instance.ref, other) if comes_first else (other, instance.ref)
                self.graph.order_unless_said(first, then, notify=carries)

    def _find(self, reference: str) -> str | None:
        """The reference that the catalog knows `reference` by (through its title, its namevar or an alias)."""
        if reference in self.graph.begin:
            return reference
        type_name, bracket, title = reference.partition("[")
        return self._find_named(type_name.lower(), title[:-1]) if bracket else None

    def _find_named(self, type_name: str, name: str) -> str | None:
        instance = self.run_state.find(type_name, name)
        return None if instance is None else instance.ref

    # The walk ------------------------------------------------------------------------------------------------------

    def run(self) -> None:
        """Take every resource at its turn. Raises Interrupted on Ctrl-C or when told to stop."""
        try:
            self._walk()
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
            ref = self.graph.refs[point]
            if not self.graph.is_work(point):
                self._pass_on(point)
                continue
            if self._end is not None and time.monotonic() > self._end:
                raise Interrupted(f"the run's deadline of {self.options.deadline:g} s is over")
            outcome = self._outcome(ref)
            self.run_state.log = outcome.note
            before = time.perf_counter()
            try:
                self._take(point, ref, outcome)
            except KeyboardInterrupt:
                outcome.events.append(Event(None, "failure", words="interrupted", message="interrupted"))
                outcome.seconds = time.perf_counter() - before
                self.options.on_outcome(outcome)
                raise Interrupted("told to stop") from None
            outcome.seconds = time.perf_counter() - before
            self.options.on_outcome(outcome)
        self._report_cycles()

    def _outcome(self, ref: str) -> Outcome:
        instance = self._instances.get(ref)
        resource = instance.resource if instance is not None else self.catalog.resources[ref]
        outcome = Outcome(resource, self._path(ref))
        self.outcomes[ref] = outcome
        return outcome

    def _path(self, ref: str) -> tuple[str, ...]:
        path: list[str] = []
        while (ref := self._containers.get(ref, "")) and ref not in path:
            path.append(ref)
        return tuple(reversed(path))

    def _take(self, point: int, ref: str, outcome: Outcome) -> None:
        outcome.skipped = self._reason_to_skip(point, outcome.resource)
        if outcome.skipped:
            if point in self._blocked:
                self._block(point, self._blocked[point])
            return
        instance = self._instances.get(ref)
        notifications = self._queued.get(point, [])
        try:
            if instance is None or ref in self._unfit:
                raise ResourceError(self._unfit[ref])
            self._apply(instance, outcome, notifications)
        except Exception as error:
            outcome.events.append(_failure(error, None, instance))
        if outcome.failed:
            self._block(point, ref)
        else:
            self._tell(point, [_notification(ref, event) for event in outcome.events if event.status != "audit"])

    def _reason_to_skip(self, point: int, resource: Resource) -> str:
        if point in self._blocked:
            return f"{self._blocked[point]} failed"
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
            self._unfit[resource.ref] = f"Could not find schedule {name}"
            return ""
        now = time.time()
        if not schedule.allows(self._memory.of(resource.ref).get("managed", 0.0), now):
            return "schedule"
        self._memory.keep(resource.ref, managed=now)
        return ""

    def _apply(self, instance: ResourceType, outcome: Outcome, notifications: list[Notification]) -> None:
        self._resolve(instance)
        self._prefetch(type(instance))
        noop = self._is_noop(instance.resource)
        instance.current = instance.read()
        changes = out_of_sync(instance)
        if changes:
            self._change(instance, changes, outcome, noop)
        self._audit(instance, outcome, changes)
        if outcome.failed:
            return
        if notifications and not (changes and instance.absorbs_refresh(changes)):
            self._refresh(instance, outcome, notifications, noop)
        self._bring_in(instance, noop)

    def _ahead(self, resource: ResourceType) -> list[ResourceType]:
        """What `Run.ahead` promises; resources that will be skipped, or only looked at, are left out."""
        others = {
            self.graph.begin[other.ref]: other
            for other in self._instances.values()
            if type(other) is type(resource)
            and other is not resource
            and other.ref not in self.outcomes
            and not self._is_noop(other.resource)
            and "schedule" not in other.resource.parameters
        }
        points = self.graph.may_start(self.graph.begin[resource.ref], others)
        return [others[p] for p in points if not self._reason_to_skip(p, others[p].resource)]

    def _is_noop(self, resource: Resource) -> bool:
        own = resource.parameters.get("noop")
        return self.options.noop if own is None else own in (True, "true")

    def _resolve(self, instance: ResourceType) -> None:
        """Make the deferred calls in the resource's parameters, now that what they may depend on is there."""
        deferred = [name for name, value in instance.resource.parameters.items() if _holds(value, Deferred)]
        for name in deferred:
            value = self._resolved(instance.resource.parameters[name])
            if _holds(value, Sensitive):
                value = _bare(value)
                instance.sensitive |= {name}
            instance.declare(name, value)
        if deferred:
            instance.validate()

    def _resolved(self, value: Any) -> Any:
        if isinstance(value, Deferred):
            if self.options.resolve is None:
                raise ResourceError(f"the deferred call of '{value.name}' cannot be made from a stored catalog")
            arguments = [self._resolved(argument) for argument in value.arguments or []]
            return self.options.resolve(Deferred(value.name, arguments))
        if isinstance(value, list):
            return [self._resolved(item) for item in value]
        if isinstance(value, dict):
            return {key: self._resolved(item) for key, item in value.items()}
        return value

    def _prefetch(self, native: type[ResourceType]) -> None:
        if native not in self._prefetched:
            self._prefetched.add(native)
            native.prefetch([i for i in self._instances.values() if type(i) is native], self.run_state)

    def _change(self, instance: ResourceType, changes: dict[str, Any], outcome: Outcome, noop: bool) -> None:
        events = [_change_event(instance, name, desired, noop) for name, desired in changes.items()]
        if noop:
            outcome.events += events
            return
        try:
            instance.change(changes)
        except Exception as error:
            outcome.events.append(_failure(error, next(iter(changes)), instance))
        else:
            outcome.events += events

    def _audit(self, instance: ResourceType, outcome: Outcome, changes: Collection[str]) -> None:
        """Tell of audited properties that are not what they were on the last run (metaparameter `audit`)."""
        asked = list(_as_list(instance.resource.parameters.get("audit")))
        if not asked:
            return
        names = instance.properties if "all" in asked else [name for name in asked if name in instance.properties]
        before = self._memory.of(instance.ref).get("audit", {})
        seen = {n: shown(instance.reported(n, instance.current[n])) for n in names if n in instance.current}
        seen.update(dict.fromkeys(instance.sensitive & seen.keys(), MASK))
        for name, value in seen.items():
            if name in before and before[name] != value and name not in changes:
                words = f"{name} was {before[name]} and is now {value}"
                outcome.events.append(Event(name, "audit", words=words, message=words, name=f"{name}_audited"))
        self._memory.keep(instance.ref, audit=seen)

    def _refresh(self, instance: ResourceType, outcome: Outcome, notifications: list[Notification], noop: bool) -> None:
        if type(instance).refresh is ResourceType.refresh:
            return
        because = _because(notifications)
        count = f"{len(notifications)} event{'s' if len(notifications) > 1 else ''}"
        if noop or all(n.noop for n in notifications):
            outcome.events.append(
                Event(
                    None,
                    "noop",
                    name="noop_restart",
                    words=f"refreshed, because {because}",
                    message=f"Would have triggered 'refresh' from {count}",
                )
            )
            return
        try:
            done = instance.refresh()
        except Exception as error:
            event = _failure(error, None, instance)
            event.message = f"Failed to call refresh: {event.message}"
            outcome.events.append(event)
        else:
            words = f"{done}, because {because}" if done else ""
            message = f"Triggered 'refresh' from {count}"
            outcome.events.append(Event(None, "success", name="refresh", words=words, message=message))

    def _bring_in(self, instance: ResourceType, noop: bool) -> None:
        """Put what the resource generates after it; what the catalog declares itself is left to the catalog."""
        new = []
        for resource in instance.generate():
            native = resources.load(resource.type.lower())
            if native is None or self.run_state.find(native.type_name, resource.title):
                continue
            if "noop" in instance.resource.parameters:
                resource.parameters.setdefault("noop", noop)
            resource.tags |= instance.resource.tags
            resource.file, resource.line = instance.resource.file, instance.resource.line
            self._instantiate(native, resource)
            if instance.ref in self._containers:
                self._containers[resource.ref] = self._containers[instance.ref]
            new.append(resource.ref)
        if new:
            self.graph.insert(new, instance.ref)

    # What travels along the edges ----------------------------------------------------------------------------------

    def _pass_on(self, point: int) -> None:
        if point in self._blocked:
            self._block(point, self._blocked[point])
        else:
            self._tell(point, self._queued.pop(point, []))

    def _tell(self, point: int, notifications: list[Notification]) -> None:
        if notifications:
            for then, carries in self.graph.after[point].items():
                if carries:
                    self._queued.setdefault(then, []).extend(notifications)

    def _block(self, point: int, cause: str) -> None:
        for then in self.graph.after[point]:
            self._blocked.setdefault(then, cause)

    def _report_cycles(self) -> None:
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


def out_of_sync(instance: ResourceType) -> dict[str, Any]:
    """The declared values of the properties that differ from `instance.current`; `ensure` hides the others."""
    current = instance.current
    desired = instance.desired()
    ensure = desired.pop("ensure", None) if instance.ensure_rules else None
    if ensure is not None and not instance.in_sync("ensure", current.get("ensure"), ensure):
        return {"ensure": ensure}
    if instance.ensure_rules and current.get("ensure") == "absent":
        return {}
    return {n: v for n, v in desired.items() if not instance.in_sync(n, current.get(n), v)}


def _change_event(instance: ResourceType, name: str, desired: Any, noop: bool) -> Event:
    current = instance.current.get(name)
    status: EventStatus = "noop" if noop else "success"
    if name in instance.sensitive:
        message = f"current_value {MASK}, should be {MASK} (noop)" if noop else f"changed {MASK} to {MASK}"
        return Event(
            name,
            status,
            previous=MASK,
            desired=MASK,
            words=f"{name} changed {MASK}",
            message=message,
            name=f"{name}_changed",
        )
    words = instance.describe(name, current, desired)
    previous, wanted = instance.reported(name, current), instance.reported(name, desired)
    if noop:
        message = f"current_value {shown(previous)}, should be {shown(wanted)} (noop)"
    elif name == "ensure":
        message = words
    else:
        message = f"{name} changed {shown(previous)} to {shown(wanted)}"
    return Event(
        name,
        status,
        previous=previous,
        desired=wanted,
        words=words,
        message=message,
        name=f"{name}_changed",
        diff=instance.diff(name, current, desired),
    )


def _failure(error: Exception, name: str | None, instance: ResourceType | None) -> Event:
    """What went wrong at a resource as an event: in words that name what and where, never a traceback."""
    message = ""
    if isinstance(error, ResourceError):
        words, detail, message = error.words, error.detail, error.message
    elif isinstance(error, CommandError):
        words, detail = str(error), error.result.output if error.result else ""
    elif isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename and error.filename != getattr(instance, "title", "") else ""
        words, detail = f"{place}{(error.strerror or str(error)).lower()}", ""
        if isinstance(error, PermissionError) and os.geteuid():
            words += f" for user {os.geteuid()}, whom bunraku runs as (is this for root?)"
    elif isinstance(error, ValueError):
        words, detail = str(error), ""
    else:
        words, detail = f"{type(error).__name__}: {error}", ""
    return Event(
        name, "failure", words=words, message=message or words, detail=detail, name=f"{name or 'resource'}_failed"
    )


def _notification(ref: str, event: Event) -> Notification:
    return Notification(ref, "changed" if event.property else "was refreshed", event.status == "noop")


def _because(notifications: list[Notification]) -> str:
    """The reason of a refresh: the first source by name, the others by number."""
    sources = list(dict.fromkeys(n.source for n in notifications))
    title = sources[0].partition("[")[2][:-1]
    first = title if title.startswith("/") else sources[0]
    words = "would change" if notifications[0].noop else notifications[0].words
    more = len(sources) - 1
    others = f" and {more} other{'s' if more > 1 else ''}" if more else ""
    return f"{first}{others} {words}"


def _as_list(value: Any) -> Iterable[Any]:
    if value is None:
        return ()
    return value if isinstance(value, list) else (value,)


def _holds(value: Any, kind: type) -> bool:
    """Whether there is a `kind` in a value, at any depth."""
    if isinstance(value, kind):
        return True
    if isinstance(value, list):
        return any(_holds(item, kind) for item in value)
    if isinstance(value, dict):
        return any(_holds(item, kind) for item in value.values())
    return False


def _bare(value: Any) -> Any:
    """A value with every Sensitive in it unwrapped."""
    if isinstance(value, Sensitive):
        return _bare(value.value)
    if isinstance(value, list):
        return [_bare(item) for item in value]
    if isinstance(value, dict):
        return {key: _bare(item) for key, item in value.items()}
    return value
