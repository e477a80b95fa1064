"""Types that can be compiled but that bunraku does not apply (yet): their names and parameters, nothing more.

A type with a file of its own is not looked up here. Source: the parameters that Puppet 7.23 and its core modules
document.
"""

# ruff: noqa: E501  a table reads better wide
from __future__ import annotations

from bunraku.catalog.signature import ParameterSignature, TypeSignature

# One line a type: name | namevars | properties | other parameters.
_TABLE = """
file           | path      | ensure content checksum_value target owner group mode type seluser selrole seltype selrange ctime mtime | backup recurse recurselimit max_files replace force ignore links purge sourceselect show_diff staging_location validate_cmd validate_replacement provider checksum source source_permissions selinux_ignore_defaults
exec           | command   | returns | path user group cwd logoutput refresh environment umask timeout tries try_sleep refreshonly creates unless onlyif provider
package        | name      | ensure package_settings flavor mark | provider command source instance status adminfile responsefile configfiles category platform root vendor description allowcdrom enable_only install_only install_options uninstall_options allow_virtual reinstall_on_refresh
service        | name      | ensure enable logonaccount flags | logonpassword binary hasstatus path pattern restart start status stop control hasrestart manifest timeout provider
user           | name      | ensure home uid gid comment shell password password_min_age password_max_age password_warn_days groups expiry roles auths profiles keys project attributes salt iterations loginclass | membership system allowdupe managehome role_membership auth_membership profile_membership key_membership ia_load_module attribute_membership forcelocal purge_ssh_keys provider
group          | name      | ensure gid members attributes | auth_membership allowdupe ia_load_module attribute_membership system forcelocal provider
filebucket     | name      | | server port path
resources      | name      | | purge unless_system_user unless_uid
schedule       | name      | | range periodmatch period repeat weekday
stage          | name      | |
tidy           | path      | | recurse max_files matches backup age size type rmdirs
cron           | name      | ensure command special minute hour weekday month monthday environment user target | provider
host           | name      | ensure ip host_aliases comment target | provider
mount          | name      | ensure device blockdevice fstype options pass atboot dump target | remounts provider
ssh_authorized_key | name  | ensure type key user target options | drop_privileges provider
sshkey         | name      | ensure type key host_aliases target | provider
yumrepo        | name      | ensure descr mirrorlist baseurl enabled gpgcheck payload_gpgcheck repo_gpgcheck gpgkey mirrorlist_expire include exclude gpgcakey includepkgs enablegroups failovermethod keepalive retries http_caching timeout metadata_expire protect minrate priority minrate throttle bandwidth cost proxy proxy_username proxy_password s3_enabled sslcacert sslverify sslclientcert sslclientkey metalink skip_if_unavailable assumeyes deltarpm_percentage deltarpm_metadata_percentage username password module_hotfixes | target provider
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
            return TypeSignature(name, parameters, tuple(namevar), isomorphic=name not in ("exec", "whit"))
    return None
