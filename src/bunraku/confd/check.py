"""What can be known to be wrong before anything is rendered for good: `confd check` and `confd render`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from bunraku.confd.backends import BackendError
from bunraku.confd.backends.base import below
from bunraku.confd.backends.file import document, flat
from bunraku.confd.commands import CommandFailed, command_line
from bunraku.confd.mirror import View
from bunraku.confd.pipeline import ResourceFailed, render
from bunraku.confd.resource import Resource, load_folder
from bunraku.confd.settings import ConfigError, Settings, Warn
from bunraku.confd.store import Store
from bunraku.confd.template import TemplateError
from bunraku.confd.templates import TemplateFileError, Templates


def check(settings: Settings, data: str | None, warn: Warn) -> list[str]:
    """What is wrong with conf.d and its templates; with `data` (a file of keys), also with what they render.

    Raises ConfigError if there is no conf.d, or the data cannot be read.
    """
    keys = _keys(data)
    folder = load_folder(settings, warn)
    problems = list(folder.errors.values())
    for resource in folder.resources:
        problems += (f"{resource.path}: {problem}" for problem in _problems(resource, keys))
    return problems


def _problems(resource: Resource, keys: dict[str, str] | None) -> Iterator[str]:
    view = View(resource.prefix, resource.watched)
    templates = Templates.of(resource.settings, view.store)
    try:
        templates.load(resource.source)
        for name, command in (("check_cmd", resource.check_cmd), ("reload_cmd", resource.reload_cmd)):
            command_line(name, command, src="/staged", dest=resource.dest)
    except (TemplateError, TemplateFileError, CommandFailed) as error:
        yield str(error)
        return
    folder = os.path.dirname(resource.dest.partition("{{")[0]) or "."
    if not os.path.isdir(folder):
        yield f"dest: the folder {folder} is missing"
    if keys is not None:
        view.reset((key, value) for key, value in keys.items() if below(key, resource.watched))
        try:
            render(resource, view.store, templates)
        except ResourceFailed as error:
            yield str(error)


def render_file(settings: Settings, template: str, data: str | None) -> str:
    """What a template (a path, or a name below templates/) makes of the keys in a file; the document is its dot.

    Raises ConfigError, TemplateError, TemplateFileError.
    """
    templates = Templates.of(settings, Store(_keys(data) or {}))
    path = template if os.path.exists(template) else os.path.join(templates.folder, template)
    return templates.render(path, _document(data), seconds=settings.render_timeout)


def _document(data: str | None) -> Any:
    try:
        return document(data) if data else None
    except BackendError as error:
        raise ConfigError(f"--data: {error}") from None


def _keys(data: str | None) -> dict[str, str] | None:
    return None if data is None else dict(flat("", _document(data)))
