# The daemon of the overlay network: its settings and its service.
#
# @param ensure                     the state of the package (daemon => flanneld)
# @param service_state              running or stopped
# @param service_enable             whether it starts with the host
# @param manage_docker              whether docker gives its containers addresses of the subnet
# @param public_ip                  address that other hosts reach this one by, where it is not the interface's
# @param etcd_endpoints             URLs of etcd's members: a list, or text with commas
# @param etcd_prefix                where in etcd the network's keys are
# @param etcd_keyfile               our key for etcd
# @param etcd_certfile              our certificate for etcd
# @param etcd_cafile                the authority of etcd's certificates
# @param iface                      interface, by name or address; default: that of the default route
# @param subnet_lease_renew_margin  minutes before its end at which the lease is renewed
# @param subnet_file                file that is told the subnet and the MTU
# @param ip_masq                    masquerade what leaves the network
# @param settings                   further settings by the names of flags: 'iptables-resync' => 10
# @param daemon                     bunraku, or flannel's own flanneld
# @param package_name               the package of flanneld
# @param manage_service             whether there is a unit and a service at all
# @param service_name               its name
# @param env_file                   file that holds the daemon's settings
# @param listen                     gone from flannel: refused
# @param remote                     gone from flannel: refused
# @param remote_keyfile             goes with remote
# @param remote_certfile            goes with remote
# @param remote_cafile              goes with remote
# @param networks                   gone from flannel: refused
# @param kube_subnet_mgr            refused: leases are kept in etcd
# @param log_dir                    accepted; the log is the journal's
# @param journald_forward_enable    accepted; the daemon outlives the journal's restarts
class flannel (
  String                                 $ensure                    = 'present',
  Enum['running', 'stopped']             $service_state             = 'running',
  Boolean                                $service_enable            = true,
  Boolean                                $manage_docker             = false,
  Optional[String]                       $public_ip                 = undef,
  Variant[String[1], Array[String[1], 1]] $etcd_endpoints           = ['http://127.0.0.1:4001', 'http://127.0.0.1:2379'],
  Pattern[/\A\//]                        $etcd_prefix               = '/coreos.com/network',
  Optional[String]                       $etcd_keyfile              = undef,
  Optional[String]                       $etcd_certfile             = undef,
  Optional[String]                       $etcd_cafile               = undef,
  Optional[String]                       $iface                     = undef,
  Optional[Variant[Integer[1, 1439], Pattern[/\A\d+\z/]]] $subnet_lease_renew_margin = undef,
  Pattern[/\A\//]                        $subnet_file               = '/run/flannel/subnet.env',
  Boolean                                $ip_masq                   = false,
  Hash[Pattern[/\A[a-z][a-z-]*\z/], Scalar] $settings               = {},
  Enum['bunraku', 'flanneld']            $daemon                    = 'bunraku',
  String[1]                              $package_name              = 'flannel',
  Boolean                                $manage_service            = true,
  String[1]                              $service_name              = 'flanneld',
  Pattern[/\A\//]                        $env_file                  = '/etc/default/flanneld',
  Optional[String]                       $listen                    = undef,
  Optional[String]                       $remote                    = undef,
  Optional[String]                       $remote_keyfile            = undef,
  Optional[String]                       $remote_certfile           = undef,
  Optional[String]                       $remote_cafile             = undef,
  Optional[Variant[String, Array]]       $networks                  = undef,
  Boolean                                $kube_subnet_mgr           = false,
  Optional[String]                       $log_dir                   = undef,
  Boolean                                $journald_forward_enable   = false,
) {
  $gone = { 'listen' => $listen, 'remote' => $remote, 'networks' => $networks }
  $gone.each |$name, $value| {
    unless $value in [undef, '', []] {
      fail("flannel: ${name} is not supported: flannel has no server mode and no multi-network mode any more; give each network an etcd_prefix and a service of its own")
    }
  }
  if $kube_subnet_mgr {
    fail('flannel: kube_subnet_mgr is not supported: leases are kept in etcd')
  }

  contain flannel::install
  contain flannel::config
  Class['flannel::install'] -> Class['flannel::config']
  if $manage_service {
    contain flannel::service
    Class['flannel::config'] ~> Class['flannel::service']
  }
}
