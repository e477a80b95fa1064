"""`--onetime`: everything once, and an exit code that tells whether all of it is as it should be."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from bunraku.confd.backends import Backend, BackendError, Snapshot, open_backend
from bunraku.confd.made import Made
from bunraku.confd.mirror import Mirror
from bunraku.confd.pipeline import Change, File, ResourceFailed, flush_folders, place, render
from bunraku.confd.reloads import Reloads
from bunraku.confd.resource import Resource, load_folder
from bunraku.confd.settings import Settings
from bunraku.confd.source import by_backend
from bunraku.confd.templates import Templates
from bunraku.system.log import Log


def run_once(settings: Settings, log: Log, show: Callable[[Change], None]) -> bool:
    """Render every resource of the confdir, run each reload once, and say whether nothing failed.

    `show` is told of each change that noop keeps from happening. Raises ConfigError if there is no conf.d.
    """
    folder = load_folder(settings, log.warn)
    for error in folder.errors.values():
        log.error(error)
    if not folder.resources and not folder.errors:
        log.warn("no template resources", folder=os.path.join(settings.confdir, "conf.d"))
    reloads, made = Reloads(settings.statedir, log, lasting=False), Made(settings.statedir, log)
    reloads.follow(folder)
    failed = sum(_failures(group, log, reloads, made, show) for group in by_backend(folder.resources).values())
    if not (settings.noop or settings.sync_only):
        failed += reloads.run_all()
    return not failed and not folder.errors


def _failures(
    resources: Sequence[Resource], log: Log, reloads: Reloads, made: Made, show: Callable[[Change], None]
) -> int:
    """Bring the resources of one back end about; how many failed."""
    try:
        backend = open_backend(resources[0].settings)
        try:
            mirror = _read(backend, resources)
        finally:
            backend.close()
    except BackendError as error:
        log.error(str(error), resources=len(resources))
        return len(resources)
    failed: set[str] = set()
    wanted: dict[str, list[File]] = {}
    for resource in resources:
        view = mirror.view(resource)
        try:
            files = wanted[resource.path] = render(resource, view.store, Templates.of(resource.settings, view.store))
            made.about_to(resource, files)
        except ResourceFailed as error:
            log.error(f"{resource.name}: {error}")
            failed.add(resource.path)
    placed = place([(r, file) for r in resources for file in wanted.get(r.path, ())], reloads.about_to)
    for placing in placed:
        resource, change = placing.resource, placing.change
        if placing.problem:
            log.error(f"{resource.name}: {placing.problem}")
            failed.add(resource.path)
        elif change is not None and resource.settings.noop:
            show(change)
        elif change is not None:
            log.info("replaced", resource=resource.name, dest=change.new.path)
    flush_folders(placing.wanted.path for placing in placed if placing.replaced)
    for resource in resources:
        if resource.path not in failed:
            made.remove_others(resource, wanted[resource.path])
    return len(failed)


def _read(backend: Backend, resources: Sequence[Resource]) -> Mirror:
    mirror = Mirror(backend.loose)
    for resource in resources:
        mirror.view(resource)
    mirror.take(Snapshot(backend.read(mirror.keys)))
    return mirror
