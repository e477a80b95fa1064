# The members of a cluster with their URLs.
#
# @param cluster      address, or hash of peer and client URLs, by name
# @param all_tls      whether every URL is to be one with TLS
# @param peers_tls    whether members that are given by address speak TLS to each other
# @param clients_tls  the same for clients
# @return a hash of peer and client, by name
function etcd::addresses(Etcd::Cluster $cluster, Boolean $all_tls, Boolean $peers_tls, Boolean $clients_tls) >> Hash {
  $schemes = { true => 'https', false => 'http' }
  $cluster.reduce({}) |$sum, $member| {
    $urls = $member[1] ? {
      Hash    => $member[1],
      default => {
        'peer'   => "${schemes[$peers_tls]}://${member[1]}:2380",
        'client' => "${schemes[$clients_tls]}://${member[1]}:2379",
      },
    }
    $secured = $all_tls ? {
      true  => { 'peer' => regsubst($urls['peer'], '^http:', 'https:'), 'client' => regsubst($urls['client'], '^http:', 'https:') },
      false => $urls,
    }
    $sum + { $member[0] => $secured }
  }
}
