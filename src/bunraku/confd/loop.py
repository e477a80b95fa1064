"""The daemon: one thread decides, fed by one queue; nothing that can take long happens in it.

Into the queue come what the stores tell, what the kernel tells of files, what workers have done, and who asks for the
status. The main thread renders (that is quick, and has its time limit), hands files and commands to workers, and
starts a reload when no resource that wants it has work left.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from bunraku.confd.backends import Lost
from bunraku.confd.job import Job
from bunraku.confd.made import Made
from bunraku.confd.pipeline import File, Placing, ResourceFailed, flush_folders, place
from bunraku.confd.reloads import Owed, Reloads
from bunraku.confd.resource import Resource, load_folder
from bunraku.confd.settings import ConfigError, Settings
from bunraku.confd.source import Sources, Told
from bunraku.confd.watcher import FileWatch
from bunraku.confd.workers import Workers
from bunraku.system.log import Log
from bunraku.system.systemd import Systemd

WORKERS = 16
"""Resources that are written and checked, or commands that run, at a time."""
LONGEST_BURST = 0.2
"""Seconds that a reload waits for other resources that want it too."""
FAREWELL = 10.0
"""Seconds that running commands get to end when the daemon is told to."""

ANSWER = 3.0
"""Seconds that whoever asks for the status waits for it."""

Event = Callable[[], None]
Batch = list[tuple[Job, list[File]]]
"""Resources that go to a worker together, with their files."""


class Daemon:
    """Keeps the files of a confdir as the keys say. `resettle` reads the settings anew (on SIGHUP)."""

    def __init__(self, settings: Settings, log: Log, resettle: Callable[[], Settings]) -> None:
        self.settings = settings
        self.log = log
        self.jobs: dict[str, Job] = {}
        self.errors: dict[str, str] = {}
        """Files of conf.d that cannot be used, and why."""
        self.sources = Sources(lambda told: self.post(lambda: self._told(told)))
        self.reloads = Reloads(settings.statedir, log, lasting=True)
        self._made = Made(settings.statedir, log)
        self._resettle = resettle
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._workers = Workers(WORKERS)
        self._watch = FileWatch(log, lambda paths: self.post(lambda: self._files_changed(paths)))
        self._systemd = Systemd(os.environ)
        self._warned: set[str] = set()
        self._counters = Counter(dict.fromkeys(("renders", "replaced", "failures", "reloads", "reload_failures"), 0))
        self._waiting: set[Job] = set()
        """Those that have something to do, now or later."""
        self._owners: dict[str, Job] = {}
        """Whose each destination is."""
        self._renamed: set[str] = set()
        """Files whose folders have not been flushed since they were renamed."""
        self._busy = 0
        self._ready = False
        self._ending = False
        self._next_round = monotonic() + settings.interval
        self._next_sign = monotonic()

    # Events

    def post(self, event: Event) -> None:
        """Have `event` happen in the main thread; may be called from anywhere."""
        self._events.put(event)

    def run(self) -> None:
        """Work until told to end. Raises ConfigError if it cannot begin."""
        self.read_folder()
        self.log.info("watching" if self.settings.watch else "polling", resources=len(self.jobs))
        while not self._ending:
            self._take_events(self._pause())
            self._work()
            if self._renamed and not self._busy:
                self._flush()
            self._tell_systemd()
        self._end()

    def end(self) -> None:
        """End after what is being done now."""
        self._ending = True

    def _take_events(self, timeout: float | None) -> None:
        try:
            self._events.get(timeout=timeout)()
            while True:
                self._events.get_nowait()()
        except Empty:
            pass

    def _pause(self) -> float | None:
        """Seconds until something is due by itself; None if only events can bring work."""
        moments = [job.due_at for job in self._waiting if job.due_at is not None and self._may_run(job)]
        for owed in self.reloads.all():
            if not owed.running and not self.settings.noop:
                moments.append(owed.since + LONGEST_BURST if self._held_back(owed) else owed.not_before)
        moments.append(self._next_round)
        if self._systemd.watchdog:
            moments.append(self._next_sign)
        return max(0.0, min(moments) - monotonic())

    def _work(self) -> None:
        now = monotonic()
        if now >= self._next_round:
            self._next_round = now + self.settings.interval
            for job in self.jobs.values():
                self._touch(job, at_once=True)
        self._start([job for job in self._waiting if self._is_due(job, now)])
        for owed in self.reloads.due():
            if not self._held_back(owed) and not self.settings.noop:
                self._reload(owed)

    def _tell_systemd(self) -> None:
        if not self._ready and not self._busy and self.sources.have_answered:
            self._ready = True
            self._systemd.ready(f"{len(self.jobs)} resources")
        if self._systemd.watchdog and monotonic() >= self._next_sign:
            self._next_sign = monotonic() + self._systemd.watchdog
            self._systemd.alive()

    # Resources

    def _warn(self, message: str) -> None:
        """Warn once, however often conf.d is read."""
        if message not in self._warned:
            self._warned.add(message)
            self.log.warn(message)

    def read_folder(self) -> None:
        """Read conf.d (again): new and changed resources are due, removed ones are let go."""
        confdir = self.settings.confdir
        self._watch.watch([os.path.join(confdir, "conf.d"), os.path.join(confdir, "templates")], deep=True)
        folder = load_folder(self.settings, self._warn)
        for path, error in folder.errors.items():
            if self.errors.get(path) != error:
                self.log.error(error)
        self.errors = folder.errors
        self.reloads.follow(folder)
        for path in self.jobs.keys() - {resource.path for resource in folder.resources}:
            self._let_go(path)
            self.log.info("resource removed", path=path)
        for path, error in self.sources.follow(folder.resources).items():
            self.errors[path] = error
            self.log.error(error)
        for resource in folder.resources:
            self._adopt(resource)
        self._watch.watch(self.sources.folders(), deep=True)

    def _adopt(self, resource: Resource) -> None:
        source = self.sources.of(resource)
        known = self.jobs.get(resource.path)
        if source is None:
            self._let_go(resource.path)
        elif known is None or known.resource != resource:
            self._let_go(resource.path)
            self.jobs[resource.path] = Job.of(resource, source)
            self._waiting.add(self.jobs[resource.path])
        else:
            known.look_anew()

    def _let_go(self, path: str) -> None:
        job = self.jobs.pop(path, None)
        if job is not None:
            self._waiting.discard(job)
            self._owners = {dest: owner for dest, owner in self._owners.items() if owner is not job}

    def _touch(self, job: Job, *, at_once: bool = False) -> None:
        job.touch(at_once=at_once)
        self._waiting.add(job)

    def _is_due(self, job: Job, now: float) -> bool:
        return job.due_at is not None and job.due_at <= now and self._may_run(job)

    def _may_run(self, job: Job) -> bool:
        return not job.running and job.source.mirror.complete

    def _told(self, told: Told) -> None:
        """A store has told something: resources that see a difference are due."""
        source, problem = told.source, told.source.problem
        complete = source.mirror.complete
        views = source.take(told)
        if isinstance(told.update, Lost):
            if problem != source.problem:
                self.log.error("the store does not answer", store=source.name, problem=source.problem)
            return
        if problem and not source.problem:
            self.log.info("the store answers again", store=source.name)
        if views or not complete:
            for job in self.jobs.values():
                if job.source is source and (not complete or job.view in views):
                    self._touch(job, at_once=not complete)

    def _start(self, jobs: Iterable[Job]) -> None:
        """Render resources and hand their files to workers: those of one folder together, checked ones singly."""
        batches: dict[object, Batch] = {}
        for job in jobs:
            job.due_at = None
            self._waiting.discard(job)
            self._counters["renders"] += 1
            try:
                files = job.render()
            except ResourceFailed as error:
                self._failed(job, str(error))
                continue
            self._made.about_to(job.resource, files)
            job.running = True
            alone = not files or job.resource.check_cmd
            batches.setdefault(job if alone else os.path.dirname(files[0].path), []).append((job, files))
        for batch in batches.values():
            self._busy += 1
            self._workers.do(partial(self._place, batch))

    def _place(self, batch: Batch) -> None:
        """In a worker: put the files in their places."""
        problem = ""
        placed: list[Placing] = []
        try:
            placed = place([(job.resource, file) for job, files in batch for file in files], self.reloads.about_to)
        except Exception as error:
            # A defect of ours must not end the daemon, nor pass for success.
            problem = f"unexpected {type(error).__name__}: {error}"
        self.post(lambda: self._placed(batch, placed, problem))

    def _flush(self) -> None:
        """When nothing is being written any more: have the folders flushed."""
        renamed, self._renamed = self._renamed, set()
        self._workers.do(lambda: flush_folders(renamed))

    def _placed(self, batch: Batch, placed: list[Placing], problem: str) -> None:
        self._busy -= 1
        for placing in placed:
            name, path = placing.resource.name, placing.wanted.path
            if placing.replaced:
                self._counters["replaced"] += 1
                self._renamed.add(path)
                self.log.info("replaced", resource=name, dest=path)
            elif placing.change is not None and not placing.problem:
                self.log.info("would be replaced", resource=name, dest=path)
        problems = {placing.resource.path: placing.problem for placing in placed if placing.problem}
        for job, files in batch:
            job.running = False
            why = problem or problems.get(job.resource.path)
            if why:
                self._failed(job, why)
            else:
                self._stands(job, files)

    def _stands(self, job: Job, files: list[File]) -> None:
        """A resource's files are as they should be."""
        if job.failures:
            self.log.info("recovered", resource=job.resource.name, failures=job.failures)
        for path in job.placed:
            self._owners.pop(path, None)
        job.succeeded(files)
        self._made.remove_others(job.resource, files)
        for file in files:
            self._owners[file.path] = job
        if job.resource.settings.on_drift != "ignore":
            self._watch.watch({os.path.dirname(os.path.abspath(file.path)) for file in files})
        if job.looked_away:
            job.looked_away = False
            self._look(job)

    def _failed(self, job: Job, problem: str) -> None:
        self._counters["failures"] += 1
        news = problem != job.problem
        pause = job.failed(problem)
        self._waiting.add(job)
        if news:
            self.log.error(f"{job.resource.name}: {problem}", retry_in=pause)
        else:
            self.log.debug("still failing", resource=job.resource.name, retry_in=pause)

    # Files

    def _files_changed(self, paths: set[str] | None) -> None:
        """Files have changed, here or by hand; None: nobody knows which."""
        confd, templates = (os.path.join(self.settings.confdir, name) + "/" for name in ("conf.d", "templates"))
        if paths is None or any((path + "/").startswith(confd) for path in paths):
            self._try_folder()
        if paths is None or any((path + "/").startswith(templates) for path in paths):
            self._watch.watch([templates], deep=True)
            for job in self.jobs.values():
                self._touch(job)
        self.sources.files_changed(paths)
        touched = self._owners.values() if paths is None else map(self._owners.get, paths)
        for owner in {job for job in touched if job is not None}:
            self._look(owner)

    def _try_folder(self) -> None:
        try:
            self.read_folder()
        except ConfigError as error:
            self.log.error(str(error))

    def _look(self, job: Job) -> None:
        """Whether somebody has changed a file that is ours: repair or report it."""
        if job.running:
            job.looked_away = True
            return
        drifted = job.drifted()
        if not drifted:
            job.drift = ""
        elif job.resource.settings.on_drift == "repair":
            self.log.warn("changed by hand, to be repaired", resource=job.resource.name, dest=", ".join(drifted))
            self._touch(job, at_once=True)
        elif job.resource.settings.on_drift == "report" and not job.drift:
            job.drift = f"changed by hand: {', '.join(drifted)}"
            self.log.warn(job.drift, resource=job.resource.name)

    # Reloads

    def _held_back(self, owed: Owed) -> bool:
        """Whether a reload waits for a run of itself, or for others of the same burst."""
        if owed.running:
            return True
        if monotonic() > owed.since + LONGEST_BURST:
            return False
        return any(
            job.resource.reload_cmd == owed.command and (job.running or job.due_at is not None and not job.failures)
            for job in self.jobs.values()
        )

    def _reload(self, owed: Owed) -> None:
        owed.running = True
        self._busy += 1

        def run() -> None:
            succeeded = self.reloads.run(owed)
            self.post(lambda: self._reloaded(owed, succeeded))

        self._workers.do(run)

    def _reloaded(self, owed: Owed, succeeded: bool) -> None:
        self._busy -= 1
        self._counters["reloads" if succeeded else "reload_failures"] += 1
        rolled_back, owed.rolled_back = owed.rolled_back, []
        for job in self.jobs.values():
            for file in rolled_back:
                if file.path in job.placed:
                    job.placed[file.path] = file
                    job.problem = f"{file.path} was rolled back: {owed.problem}"

    # Signals and the end

    def reread(self) -> None:
        """Read the settings and conf.d again."""
        self._systemd.reloading()
        try:
            self.settings = self._resettle()
            self.read_folder()
            self.log.info("configuration read again", resources=len(self.jobs))
        except ConfigError as error:
            self.log.error(f"{error}; the configuration stays as it was")
        self._systemd.ready(f"{len(self.jobs)} resources")

    def status(self) -> dict[str, Any]:
        """What `confd status` shows."""
        return {
            "pid": os.getpid(),
            "stores": [{"store": s.name, "problem": s.problem} for s in self.sources],
            "resources": [job.status() for job in self.jobs.values()],
            "errors": list(self.errors.values()),
            "reloads": [owed.status() for owed in self.reloads.all()],
            "counters": dict(self._counters),
        }

    def ask(self) -> dict[str, Any]:
        """The status, asked from another thread. Raises TimeoutError if the main thread is held up."""
        answer: SimpleQueue[dict[str, Any]] = SimpleQueue()
        self.post(lambda: answer.put(self.status()))
        try:
            return answer.get(timeout=ANSWER)
        except Empty:
            raise TimeoutError("the daemon is held up") from None

    def _end(self) -> None:
        self._systemd.stopping()
        limit = monotonic() + FAREWELL
        while self._busy and monotonic() < limit:
            self._take_events(limit - monotonic())
        self.sources.close()
        self.log.info("ended")
