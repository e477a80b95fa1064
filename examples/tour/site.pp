# The tour: an etcd, its keys, a confd template and an nginx with two back ends, all on loopback and in one folder.
#
#   bunraku apply --modulepath examples/tour/modules examples/tour/site.pp
#
# The folder and the ports are the facts tour_root, tour_etcd_port, tour_peer_port, tour_web_port and
# tour_backend_ports (set as FACTER_tour_root=… in the environment); scripts/demo picks free ones.

class { 'tour':
  root          => pick($facts['tour_root'], '/tmp/bunraku-tour'),
  etcd_port     => Integer(pick($facts['tour_etcd_port'], 23790)),
  peer_port     => Integer(pick($facts['tour_peer_port'], 23800)),
  web_port      => Integer(pick($facts['tour_web_port'], 8088)),
  backend_ports => pick($facts['tour_backend_ports'], '8081,8082').split(',').map |$port| { Integer($port) },
}
