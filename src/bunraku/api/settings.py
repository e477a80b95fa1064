"""The settings that code sees as `$settings::NAME`, and Ruby code as `Puppet[:name]`.

bunraku has no puppet.conf: they are what Puppet 7 has when it is installed from Debian's packages and run by root.
What has no bearing on a catalog (ports of report servers, colours …) is left out.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_CONFIGURATION = "/etc/puppet"
_CODE = "/etc/puppet/code"
_VARIABLE = "/var/cache/puppet"
_SSL = "/var/lib/puppet/ssl"
_AUTHORITY = "/etc/puppet/puppetserver/ca"

_FIXED: dict[str, Any] = {
    # where things are
    "confdir": _CONFIGURATION,
    "config": f"{_CONFIGURATION}/puppet.conf",
    "csr_attributes": f"{_CONFIGURATION}/csr_attributes.yaml",
    "fileserverconfig": f"{_CONFIGURATION}/fileserver.conf",
    "autosign": f"{_CONFIGURATION}/autosign.conf",
    "trusted_oid_mapping_file": f"{_CONFIGURATION}/custom_trusted_oid_mapping.yaml",
    "codedir": _CODE,
    "basemodulepath": f"{_CODE}/modules:/usr/share/puppet/modules",
    "environmentpath": f"{_CODE}/environments",
    "default_manifest": "./manifests",
    "vardir": _VARIABLE,
    "statedir": f"{_VARIABLE}/state",
    "libdir": f"{_VARIABLE}/lib",
    "plugindest": f"{_VARIABLE}/lib",
    "pluginfactdest": f"{_VARIABLE}/facts.d",
    "factpath": f"{_VARIABLE}/lib/facter:{_VARIABLE}/facts",
    "publicdir": f"{_VARIABLE}/public",
    "reportdir": f"{_VARIABLE}/reports",
    "yamldir": f"{_VARIABLE}/yaml",
    "client_datadir": f"{_VARIABLE}/client_data",
    "server_datadir": f"{_VARIABLE}/server_data",
    "bucketdir": f"{_VARIABLE}/bucket",
    "clientbucketdir": f"{_VARIABLE}/clientbucket",
    "logdir": "/var/log/puppet",
    "rundir": "/run/puppet",
    # certificates
    "ssldir": _SSL,
    "certdir": f"{_SSL}/certs",
    "privatedir": f"{_SSL}/private",
    "privatekeydir": f"{_SSL}/private_keys",
    "publickeydir": f"{_SSL}/public_keys",
    "requestdir": f"{_SSL}/certificate_requests",
    "localcacert": f"{_SSL}/certs/ca.pem",
    "hostcrl": f"{_SSL}/crl.pem",
    "cadir": _AUTHORITY,
    "cacert": f"{_AUTHORITY}/ca_crt.pem",
    "cakey": f"{_AUTHORITY}/ca_key.pem",
    "capub": f"{_AUTHORITY}/ca_pub.pem",
    "cacrl": f"{_AUTHORITY}/ca_crl.pem",
    "csrdir": f"{_AUTHORITY}/requests",
    "signeddir": f"{_AUTHORITY}/signed",
    "serial": f"{_AUTHORITY}/serial",
    "cert_inventory": f"{_AUTHORITY}/inventory.txt",
    # servers, and how they and the agents work
    "server": "puppet",
    "serverport": 8140,
    "masterport": 8140,
    "ca_server": "puppet",
    "ca_port": 8140,
    "report_server": "puppet",
    "report_port": 8140,
    "dns_alt_names": "",
    "user": "puppet",
    "group": "puppet",
    "digest_algorithm": "sha256",
    "environment_timeout": 0,
    "noop": False,
    "node_name_fact": "",
    "node_terminus": "plain",
    "report": True,
    "reports": "store",
    "rich_data": True,
    "runinterval": 1800,
    "static_catalogs": True,
    "storeconfigs": False,
    "storeconfigs_backend": "puppetdb",
    "strict_variables": False,
    "trusted_external_command": None,
}


def default_settings(
    *, certname: str, environment: str, modulepath: Sequence[Path | str], hiera_config: Path | str | None
) -> dict[str, Any]:
    """The settings of a compilation, by name."""
    return {
        **_FIXED,
        "certname": certname,
        "environment": environment,
        "hiera_config": str(hiera_config or f"{_CONFIGURATION}/hiera.yaml"),
        "hostcert": f"{_SSL}/certs/{certname}.pem",
        "hostcsr": f"{_SSL}/certificate_requests/{certname}.pem",
        "hostprivkey": f"{_SSL}/private_keys/{certname}.pem",
        "hostpubkey": f"{_SSL}/public_keys/{certname}.pem",
        "modulepath": os.pathsep.join(map(str, modulepath)),
        "node_name_value": certname,
    }
