# A web server whose back ends are keys of etcd.
#
# @param root           the folder that holds everything
# @param etcd_port      etcd's port for clients
# @param peer_port      etcd's port for its peers
# @param web_port       nginx's port
# @param backend_ports  one web back end is started on each
class tour (
  String         $root,
  Integer        $etcd_port,
  Integer        $peer_port,
  Integer        $web_port,
  Array[Integer] $backend_ports,
) {
  $client_url = "http://127.0.0.1:${etcd_port}"
  $peer_url   = "http://127.0.0.1:${peer_port}"

  file { [$root, "${root}/run", "${root}/log"]:
    ensure => directory,
  }

  class { 'tour::etcd': client_url => $client_url, peer_url => $peer_url, root => $root }

  $backend_ports.each |$number, $port| {
    $name = "backend${$number + 1}"
    tour::backend { $name: port => $port, root => $root }
    etcd_key { "/nginx/upstream/01/${name}":
      value   => "127.0.0.1:${port}",
      peers   => $client_url,
      require => Class['tour::etcd'],
      before  => Class['tour::web'],
    }
  }

  class { 'tour::web': port => $web_port, root => $root, etcd => $client_url }

  File[$root] -> Class['tour::etcd'] -> Class['tour::web']
}
