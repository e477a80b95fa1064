"""What the commands that compile have in common: their flags, and the step from flags to a catalog."""

from __future__ import annotations

import argparse
import os
import sys
from collections import ChainMap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard, cast

if TYPE_CHECKING:
    from bunraku.api import Compilation
    from bunraku.api.environments import Environment


HIERA_CONFIGS = ("/etc/puppetlabs/puppet/hiera.yaml", "/etc/puppet/hiera.yaml")
"""Where the configuration of Hiera's global layer is where no flag names it: the first of them that is there."""


def add_compile_arguments(parser: argparse._ActionsContainer) -> None:
    """The flags that say what a catalog is made of."""
    add_environment_arguments(parser)
    parser.add_argument("--facts", metavar="FILE", help="facts as JSON or YAML, instead of this host's")
    parser.add_argument("--certname", metavar="NAME", help="the node's name (default: the fact networking.fqdn)")
    parser.add_argument("--hiera-config", "--hiera_config", metavar="FILE", help="a hiera.yaml (Puppet's own)")
    parser.add_argument("--confdir", metavar="FOLDER", help="where hiera.yaml is (/etc/puppetlabs/puppet, /etc/puppet)")
    parser.add_argument(
        "--strict",
        choices=("off", "warning", "error"),
        default="warning",
        help="what unknown variables and the like are (warning)",
    )


def add_environment_arguments(parser: argparse._ActionsContainer) -> None:
    """The flags that say where modules are."""
    parser.add_argument(
        "--modulepath", metavar="A:B", help="folders of modules; the first to have one wins (the environment's)"
    )
    parser.add_argument("--environment", metavar="NAME", help="the node's environment (production)")
    parser.add_argument("--environmentpath", metavar="A:B", help="folders of environments; the first to have one wins")
    parser.add_argument("--basemodulepath", metavar="A:B", help="folders of modules for all environments")
    parser.add_argument(
        "--codedir",
        metavar="FOLDER",
        help="where environments and modules are (/etc/puppetlabs/code, /etc/puppet/code)",
    )


def compile_as_told(
    args: argparse.Namespace, manifest: Path | str | None, *, facts_over_own: bool = False
) -> Compilation:
    """Compile a manifest, or code, as the flags say; what it logs goes to standard error. Raises CompileError.

    manifest: None for that of the environment; a folder with an environment.conf is an environment. facts_over_own:
    facts from a file are put over this host's, not in their place.
    """
    import gc

    # The catalog and all that it was made of stay until the command ends: there is nothing for the collector to find.
    gc.disable()
    from bunraku import CompileError
    from bunraku.api import compile

    if args.hiera_config and not os.access(args.hiera_config, os.R_OK):
        raise CompileError(f"cannot read the hiera.yaml {args.hiera_config}, which --hiera-config names")
    environment = environment_of(args, manifest)
    modulepath = modulepath_of(args, environment)
    if manifest is None or _is_environment(manifest):
        assert not isinstance(environment, str)
        manifest = environment.manifest_to_compile()
    facts = read_facts(args.facts, modulepath)
    if facts_over_own and args.facts:
        facts = ChainMap(cast("dict[str, Any]", facts), cast("dict[str, Any]", read_facts(None, modulepath)))
    certname = args.certname or certname_of(facts)
    compilation = compile(
        manifest,
        facts=ChainMap(cast("dict[str, Any]", facts), agent_facts(certname, noop=getattr(args, "noop", False))),
        modulepath=modulepath,
        certname=certname,
        hiera_config=args.hiera_config or _global_hiera_config(args),
        strict=args.strict,
        environment=environment,
    )
    for log in compilation.logs:
        print(f"{log.level.capitalize()}: {log.source}: {log.message}", file=sys.stderr)
    for warning in [*compilation.unmet_dependencies(), *getattr(facts, "warnings", ())]:
        print(f"Warning: {warning}", file=sys.stderr)
    return compilation


def environment_of(args: argparse.Namespace, manifest: Path | str | None) -> Environment | str:
    """The environment that the flags name, or its name alone where it has no folder. Raises CompileError."""
    from bunraku.api import environments

    name = args.environment or "production"
    base = _base_modulepath(args)
    if _is_environment(manifest):
        found = environments.read(Path(manifest), base)
        return found if args.environment is None else found._replace(name=name)
    usual = [f"{args.codedir}/environments"] if args.codedir else environments.ENVIRONMENTPATH
    searched = folders(args.environmentpath) or usual
    if manifest is None or args.environmentpath or any(Path(folder, name).is_dir() for folder in searched):
        return environments.find(name, searched, base)
    return name


def modulepath_of(args: argparse.Namespace, environment: Environment | str) -> list[Path]:
    """The module path: what the flags say, else the environment's, else that of all environments."""
    if args.modulepath or isinstance(environment, str):
        return list(map(Path, folders(args.modulepath) or _base_modulepath(args)))
    return list(environment.modulepath)


def _base_modulepath(args: argparse.Namespace) -> Sequence[str]:
    from bunraku.api.environments import BASE_MODULEPATH

    return folders(args.basemodulepath) or ([f"{args.codedir}/modules"] if args.codedir else BASE_MODULEPATH)


def _global_hiera_config(args: argparse.Namespace) -> str | None:
    """The hiera.yaml of the global layer, where there is one and no flag names another."""
    usual = [f"{args.confdir}/hiera.yaml"] if args.confdir else HIERA_CONFIGS
    return next(filter(os.path.isfile, usual), None)


def _is_environment(manifest: Path | str | None) -> TypeGuard[Path]:
    # Where it cannot be looked at, reading the manifest will tell: os.path does not raise.
    return isinstance(manifest, Path) and os.path.isfile(manifest / "environment.conf")  # noqa: PTH113


def folders(path: str | None) -> list[str]:
    """The folders of a path such as `a:b`."""
    return [folder for folder in (path or "").split(os.pathsep) if folder]


def read_facts(path: str | None, modulepath: Sequence[Path]) -> Mapping[str, Any]:
    """The facts in a file of JSON or YAML, or this host's with those of the modules. Raises CompileError for a file
    that cannot be read.
    """
    from bunraku import CompileError

    if path is None:
        from bunraku.api.host_facts import host_facts

        return host_facts(modulepath)
    try:
        text = Path(path).read_bytes()
    except OSError as error:
        raise CompileError(f"cannot read the facts in {path}: {error.strerror}") from None
    found = _parsed_yaml(path, text) if path.endswith((".yaml", ".yml")) else _parsed_json(path, text)
    if not isinstance(found, dict):
        raise CompileError(f"the facts in {path} are not a hash of names and values")
    return found


def _parsed_json(path: str, text: bytes) -> Any:
    import json  # a third of orjson's cost for one small document

    try:
        return json.loads(text)
    except ValueError as error:
        from bunraku import CompileError

        raise CompileError(f"the facts in {path} are not JSON: {error}") from None


def _parsed_yaml(path: str, text: bytes) -> Any:
    from bunraku.formats.yaml import YamlError, load

    try:
        return load(text.decode(), symbols=False, dates=True)
    except (YamlError, UnicodeDecodeError) as error:
        from bunraku import CompileError

        raise CompileError(f"the facts in {path} are not YAML: {error}") from None


def agent_facts(certname: str, *, noop: bool) -> dict[str, Any]:
    """What an agent of Puppet adds to the host's facts, and modules ask for."""
    return {"clientcert": certname, "clientversion": "7.23.0", "clientnoop": noop}


def certname_of(facts: Mapping[str, Any]) -> str:
    """The node's name where none was given: its fully qualified host name, in lower case."""
    networking = facts.get("networking") or {}
    return str(networking.get("fqdn") or networking.get("hostname") or "localhost").lower()
