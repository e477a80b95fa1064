# The network's configuration in etcd. Every host that declares it must declare the same; one is enough.
#
# @param network       the network that hosts get their subnets from
# @param subnetlen     the prefix of a host's subnet
# @param subnetmin     the first subnet that may be given
# @param subnetmax     the last
# @param backend_type  how packets get to other hosts: vxlan, host-gw, alloc
# @param backend_port  vxlan: the VNI; udp: the port; aws-vpc: the route table
# @param backend       further settings of the backend: { 'Port' => 4789, 'DirectRouting' => true }
class flannel::etcd_key (
  Pattern[/\A[\d.]+\/\d+\z/]                   $network      = '10.0.0.0/8',
  Optional[Variant[Integer, Pattern[/\A\d+\z/]]] $subnetlen  = undef,
  Optional[Pattern[/\A[\d.]+\z/]]              $subnetmin    = undef,
  Optional[Pattern[/\A[\d.]+\z/]]              $subnetmax    = undef,
  String[1]                                    $backend_type = 'vxlan',
  Optional[Variant[Integer, String[1]]]        $backend_port = undef,
  Hash[String[1], Data]                        $backend      = {},
) {
  include flannel

  $port = $backend_type ? {
    'vxlan'   => { 'VNI' => $backend_port ? { undef => undef, default => Integer($backend_port) } },
    'udp'     => { 'Port' => $backend_port ? { undef => undef, default => Integer($backend_port) } },
    'aws-vpc' => { 'RouteTableID' => $backend_port },
    default   => {},
  }
  $config = {
    'Network'   => $network,
    'SubnetLen' => $subnetlen ? { undef => undef, default => Integer($subnetlen) },
    'SubnetMin' => $subnetmin,
    'SubnetMax' => $subnetmax,
    'Backend'   => { 'Type' => $backend_type } + $port + $backend,
  }

  etcd_key { "${flannel::etcd_prefix}/config":
    value     => flannel::json($config),
    peers     => flannel::commas($flannel::etcd_endpoints),
    cert_file => $flannel::etcd_certfile,
    key_file  => $flannel::etcd_keyfile,
    ca_file   => $flannel::etcd_cafile,
  }
  if $flannel::manage_service {
    # The daemon waits for the key by itself; with the key there it is ready at once.
    Etcd_key["${flannel::etcd_prefix}/config"] -> Class['flannel::service']
  }
}
