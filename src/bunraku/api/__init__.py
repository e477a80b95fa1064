"""The library's face: joins the rooms that a compilation needs.

`data` puts Hiera behind the compiler's inputs door, `ruby` the Ruby code of modules. `environments` reads
environments, `dependencies` tells which modules miss others.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bunraku.api.dependencies import Unmet
    from bunraku.api.environments import Environment
    from bunraku.api.foresight import Foresight
    from bunraku.catalog.catalog import Catalog
    from bunraku.catalog.values import Deferred
    from bunraku.language.compiler import Compiler
    from bunraku.language.errors import CompileError
    from bunraku.language.inputs import Data, Inputs, Ruby
    from bunraku.system.cache import Cache

COMMAND_DEADLINE = 60.0
"""Seconds that a command which the code runs (`generate`) may take."""


class Compilation:
    """What a compilation gave. catalog: the catalog. logs: what was logged meanwhile. inputs: what was read for it."""

    def __init__(self, catalog: Catalog, compiler: Compiler) -> None:
        self.catalog = catalog
        self.logs = compiler.logs
        self.inputs = compiler.inputs
        self._compiler = compiler

    def to_dict(self) -> dict[str, Any]:
        """The catalog in Puppet's wire format. Raises CompileError for a value that has no form in it."""
        from bunraku.language.depth import deep
        from bunraku.language.errors import CompileError

        with collector_paused(), deep():
            try:
                return self.catalog.to_dict()
            except CompileError as error:
                raise self._placed(error) from None

    def _placed(self, error: CompileError) -> CompileError:
        """An error about a resource's value, with the place of the resource."""
        for resource in self.catalog:
            try:
                resource.to_dict()
            except type(error):
                message = f"Evaluation Error: {error.message}"
                return type(error)(message, file=resource.file, line=resource.line)
        return error

    def unmet_dependencies(self) -> list[Unmet]:
        """What the modules that were used need, and is missing or too old."""
        return _unmet(self._compiler)

    def resolve(self, call: Deferred) -> Any:
        """The value of a deferred call, made now, with arguments that are resolved. Raises CompileError."""
        return self._compiler.top.call_function(call.name, list(call.arguments or ()))

    def lookup(self, names: str | Sequence[str], **options: Any) -> Any:
        """The value that data has for the first of the names that has one, looked up from the top scope.

        options: as `language.inputs.Data.lookup`. Raises CompileError.
        """
        assert self.inputs.data is not None
        return self.inputs.data.lookup(names, self._compiler.top, **options)

    def find_file(self, url: str) -> Path | None:
        """The file that `puppet:///modules/MODULE/PATH` names, or None."""
        kind, _, name = url.removeprefix("puppet:///").partition("/")
        return self.inputs.module_file("files", name) if kind == "modules" else None


def compile(
    manifest: Path | str,
    *,
    facts: Mapping[str, Any],
    modulepath: Sequence[Path | str] = (),
    certname: str,
    hiera_config: Path | str | None = None,
    strict: str = "warning",
    environment: Environment | str = "production",
) -> Compilation:
    """Compile Puppet code.

    manifest: a file, a folder of manifests, or the code itself as a str. facts: by name. modulepath: folders of
    modules, the first one that has a module wins; where there is none, it is the environment's. strict: what unknown
    variables and the like are ("off", "warning", "error"). environment: a name, or an environment with its folder.
    Raises CompileError.
    """
    from bunraku.api.foresight import Foresight
    from bunraku.language.compiler import Compiler
    from bunraku.language.depth import deep
    from bunraku.language.errors import CompileError

    foresight = Foresight(_cache("foresight"), str(manifest), *map(str, modulepath), str(environment), certname)
    inputs = make_inputs(
        facts=facts,
        modulepath=modulepath,
        certname=certname,
        hiera_config=hiera_config,
        environment=environment,
        foresight=foresight,
    )
    inputs.settings["strict"] = strict
    if foresight.expected:
        inputs.expect_ruby()
    compiler = Compiler(inputs, strict)
    try:
        if not isinstance(environment, str):
            for warning in environment.warnings:
                compiler.warn(warning, None, None)
        with collector_paused(), deep():
            catalog = compiler.compile(_programs(manifest, compiler))
        if not isinstance(environment, str) and environment.config_version:
            catalog.version = _version(environment.config_version)
    except CompileError as error:
        lacking = None if error.hint else _unmet(compiler)
        if lacking:
            error.hint = str(lacking[0])
        raise
    except RecursionError:
        raise CompileError("stack level too deep: the code is nested, or calls itself, without end") from None
    finally:
        inputs.close()
    return Compilation(catalog, compiler)


def _unmet(compiler: Compiler) -> list[Unmet]:
    """What the modules that a compilation used need, and is missing or too old.

    What is newer than a module asks for usually serves: that is left to `bunraku module list`.
    """
    from bunraku.api import dependencies

    modules = compiler.inputs.modules
    used = compiler.loader.modules & modules.keys()
    return [each for each in dependencies.unmet(modules, used) if each.found is None or each.is_older] if used else []


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the garbage collector from looking at what is being built.

    A compilation makes a great many objects that stay (nodes, closures, resources) and next to no cyclic garbage:
    the collector would walk all of them time and again, which took most of the time of a catalog of 10,000 resources.
    """
    import gc

    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            # What was built goes with the old objects at once, or the collector's first turn would walk it all.
            gc.freeze()
            gc.unfreeze()
            gc.enable()


def make_inputs(
    *,
    facts: Mapping[str, Any],
    modulepath: Sequence[Path | str] = (),
    certname: str,
    hiera_config: Path | str | None = None,
    environment: Environment | str = "production",
    foresight: Foresight | None = None,
) -> Inputs:
    """What a compilation reads through: see `compile` for the arguments. foresight: of the same compilation."""
    from bunraku import resources
    from bunraku.api.settings import default_settings
    from bunraku.language.cache import ProgramCache
    from bunraku.language.inputs import Inputs

    settings: dict[str, Any] = {}
    folder = None
    if not isinstance(environment, str):
        modulepath = modulepath or environment.modulepath
        folder = environment.folder
        settings = environment.settings()
        environment = environment.name
    return Inputs(
        facts=facts,
        certname=certname,
        registry=resources,
        modulepath=[*map(Path, modulepath), shipped_modules()],
        environment=environment,
        environment_folder=folder,
        settings={
            **default_settings(
                certname=certname, environment=environment, modulepath=modulepath, hiera_config=hiera_config
            ),
            **settings,
        },
        data=lambda inputs: _data(inputs, hiera_config),
        ruby=lambda inputs: _ruby(inputs, foresight),
        command=_run,
        programs=ProgramCache(_cache("programs")),
    )


def shipped_modules() -> Path:
    """The folder of the modules that come with bunraku: inside the package when installed, beside it in a checkout."""
    here = Path(__file__).parent.parent
    return here / "modules" if (here / "modules").is_dir() else here.parent.parent / "modules"


def _data(inputs: Inputs, config: Path | str | None) -> Data:
    from bunraku.api.data import HieraData

    return HieraData(inputs, config)


def _ruby(inputs: Inputs, foresight: Foresight | None) -> Ruby:
    from bunraku.api.ruby import ModuleRuby

    return ModuleRuby(inputs, _cache("types"), foresight)


def _cache(name: str) -> Cache | None:
    """One of this user's caches; None where there is no place for them."""
    from bunraku.system.cache import Cache, default_folder

    folder = default_folder(os.environ)
    return None if folder is None else Cache(folder / name)


def _run(command: list[str]) -> str:
    from bunraku.language.errors import CompileError
    from bunraku.system.process import CommandError, run

    try:
        done = run(command, deadline=COMMAND_DEADLINE)
    except CommandError as error:
        raise CompileError(f"{' '.join(command)}: {error}") from None
    if done.code:
        raise CompileError(f"Failed to execute generator {command[0]}: it ended with status {done.code}")
    return done.output


def _version(command: str) -> str:
    """What an environment's config_version says. Raises CompileError."""
    from bunraku.language.errors import CompileError

    try:
        return _run([command]).strip()
    except CompileError as error:
        raise CompileError(f"Execution of config_version command `{command}` failed: {error.message}") from None


def _programs(manifest: Path | str, compiler: Any) -> list[Any]:
    """The parsed manifests, in order of their names where there are several."""
    from bunraku.language.errors import CompileError

    inputs = compiler.inputs
    if isinstance(manifest, str):
        texts: list[tuple[str, str | None]] = [(manifest, None)]
    else:
        try:
            paths = sorted(manifest.rglob("*.pp")) if manifest.is_dir() else [manifest]
            texts = [(inputs.read_text(path), str(path)) for path in paths]
        except OSError as error:
            raise CompileError(f"cannot read {error.filename}: {error.strerror}") from None
    try:
        return [compiler.loader.parse(text, path) for text, path in texts]
    except CompileError as error:
        # As the reference words it, so that what reads its messages reads ours.
        error.message = f"Could not parse for environment {inputs.environment}: {error.message}"
        raise
