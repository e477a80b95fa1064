"""Types of Puppet that bunraku leaves to Puppet (`_foreign`): their names and parameters, nothing more.

Source: the parameters that Puppet 7.23 and its core modules document.
"""

# ruff: noqa: E501  a table reads better wide
from __future__ import annotations

from bunraku.catalog.signature import ParameterSignature, TypeSignature

# One line a type: name | namevars | properties | other parameters.
_TABLE = """
stage          | name      | |
selboolean     | name      | value | persistent provider
selmodule      | name      | ensure syncversion | selmoduledir selmodulepath provider
augeas         | name      | returns | context onlyif changes root load_path force type_check lens incl show_diff provider
mailalias      | name      | ensure recipient file target | provider
k5login        | path      | ensure principals mode | provider
scheduled_task | name      | ensure enabled command working_dir arguments user trigger compatibility | password description provider
zfs            | name      | ensure aclinherit aclmode acltype atime canmount checksum compression copies dedup defaultuserquota defaultgroupquota devices encryption exec keyformat keylocation logbias mountpoint nbmand overlay pbkdf2iters primarycache quota readonly recordsize refquota refreservation relatime reservation secondarycache setuid shareiscsi sharenfs sharesmb snapdir sync version volsize vscan xattr zoned | provider
zpool          | pool      | ensure disk mirror raidz spare log autoexpand failmode ashift cache | raid_parity provider
zone           | name      | ensure ip iptype autoboot path pool shares dataset inherit | id clone create_args install_args realhostname sysidcfg provider
whit           | name      | |
"""


def find(name: str) -> TypeSignature | None:
    """The surface of the type called `name`, or None."""
    for line in _TABLE.splitlines():
        head, _, rest = line.partition("|")
        if head.strip() == name:
            namevar, properties, others = (column.split() for column in rest.split("|"))
            known = dict.fromkeys([*namevar, *others], False) | dict.fromkeys(properties, True)
            parameters = {p: ParameterSignature(p, "", is_property) for p, is_property in known.items()}
            # Every compilation has a stage: no module has a better one.
            is_surface = name not in ("stage", "whit")
            return TypeSignature(name, parameters, tuple(namevar), isomorphic=name != "whit", is_surface=is_surface)
    return None
