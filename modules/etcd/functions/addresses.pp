# The members of a cluster with their URLs.
#
# @param cluster        address, or hash of peer and client URLs, by name
# @param peer_scheme    http or https, for members that are given by address
# @param client_scheme  the same for clients
# @return a hash of peer and client, by name
function etcd::addresses(Etcd::Cluster $cluster, String $peer_scheme, String $client_scheme) >> Hash {
  $cluster.reduce({}) |$sum, $member| {
    $urls = $member[1] ? {
      Hash    => $member[1],
      default => { 'peer' => "${peer_scheme}://${member[1]}:2380", 'client' => "${client_scheme}://${member[1]}:2379" },
    }
    $sum + { $member[0] => $urls }
  }
}
