# Two hosts of an overlay network: both run the daemon, the first puts the network's configuration into etcd.

node 'host1' {
  include overlay
  class { 'flannel::etcd_key':
    network => '10.50.0.0/16',
  }
}

node 'host2' {
  include overlay
}

class overlay {
  class { 'flannel':
    etcd_endpoints => 'http://10.99.0.1:2379',
    env_file       => "${facts['tour_root']}/${trusted['certname']}/flanneld.env",
    subnet_file    => "${facts['tour_root']}/${trusted['certname']}/subnet.env",
    settings       => { 'iptables-forward-rules' => false },
    manage_service => false,
  }
}
