# The types of modules that are not in Debian, and the members of a group, which Puppet does not manage there.
#= a kernel setting, members, an archive, a repository of packages, a schedule, a stage
#$ mkdir -p /srv/made/unpacked; echo x >/srv/made/unpacked/file; tar -C /srv/made -czf /srv/made.tar.gz unpacked
sysctl { 'net.ipv4.ip_forward': value => '1' }
group { 'operators': members => ['daemon', 'nobody'] }
archive { '/srv/fetched.tar.gz':
  source       => '/srv/made.tar.gz',
  extract      => true,
  extract_path => '/srv',
  creates      => '/srv/unpacked',
}
file { '/etc/yum.repos.d': ensure => directory }
yumrepo { 'site': descr => 'Site', baseurl => 'https://packages.example.com/$basearch', gpgcheck => true }
schedule { 'every day': period => 'daily' }
file { '/srv/daily': content => 'today', schedule => 'every day' }
class early { file { '/srv/early': content => 'first' } }
stage { 'first': before => Stage['main'] }
class { 'early': stage => 'first' }
anchor { 'begin': } -> file { '/srv/anchored': content => 'x' } -> anchor { 'end': }
#? test "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 && grep -qx 'net.ipv4.ip_forward = 1' /etc/sysctl.conf
#? getent group operators | grep -q ':daemon,nobody$'
#? test "$(cat /srv/unpacked/file)" = x && test ! -e /srv/fetched.tar.gz
#? grep -q 'gpgcheck=1' /etc/yum.repos.d/site.repo

#= changed
sysctl { 'net.ipv4.ip_forward': value => '0', comment => 'no router' }
group { 'operators': members => ['nobody'], auth_membership => true }
yumrepo { 'site': baseurl => 'https://packages.example.com/$basearch', gpgcheck => false }
#? test "$(cat /proc/sys/net/ipv4/ip_forward)" = 0 && grep -qx '# net.ipv4.ip_forward: no router' /etc/sysctl.conf
#? getent group operators | grep -q ':nobody$'

#= gone
sysctl { 'net.ipv4.ip_forward': ensure => absent, value => '0' }
group { 'operators': ensure => absent }
yumrepo { 'site': ensure => absent }
#? ! grep -q '^net.ipv4.ip_forward\|no router' /etc/sysctl.conf
#? ! grep -q 'gpgcheck' /etc/yum.repos.d/site.repo
