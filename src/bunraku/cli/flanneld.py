"""Give this host's containers a subnet of an overlay network, and lead packets to the other hosts' ones.

bunraku flanneld -etcd-endpoints http://10.0.0.1:2379            join the network that etcd describes
bunraku flanneld -iface eth1 -ip-masq                            over eth1; what leaves the network is masqueraded
etcdctl put /coreos.com/network/config '{"Network": "10.5.0.0/16", "Backend": {"Type": "vxlan"}}'
"""

from __future__ import annotations

import argparse
import os
import sys

from bunraku.cli.go_flags import add_flags, given_flags
from bunraku.flannel.settings import OPTIONS, Settings, SettingsError, settle


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command's flags: flanneld's, with one dash or two."""
    parser.usage = "%(prog)s [flags]"
    parser.epilog = "Each flag can be given in the environment too, as FLANNELD_IFACE and so on."
    parser.add_argument("--version", "-version", action="store_true", help="print the version")
    add_flags(parser, OPTIONS)


def run(args: argparse.Namespace) -> int:
    """Run until told to end; 1 where it cannot go on."""
    if args.version:
        from bunraku import __version__

        print(f"flanneld (bunraku {__version__})")
        return 0
    try:
        settings = settle(given_flags(args, OPTIONS), os.environ)
    except SettingsError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 1
    return _run(settings)


def _run(settings: Settings) -> int:
    from bunraku.etcd import EtcdError
    from bunraku.flannel.config import ConfigError
    from bunraku.flannel.daemon import run_forever
    from bunraku.flannel.firewall import FirewallError
    from bunraku.flannel.registry import NoSubnet
    from bunraku.system.log import Log
    from bunraku.system.network import NetworkError

    log = Log("debug" if settings.v else "info")
    try:
        return run_forever(settings, log)
    except (SettingsError, ConfigError, NoSubnet, FirewallError, NetworkError, EtcdError) as error:
        log.error(str(error))
    except OSError as error:
        log.error(f"{error.filename or 'the system'}: {error.strerror or error}")
    return 1
