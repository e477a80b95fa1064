# The member of a cluster that this host is: by its name, its full name or its address.
#
# @param cluster  the members
# @return the name; 'default' where there is no cluster, or this host is not found in it
function etcd::own_name(Etcd::Cluster $cluster) >> String {
  $mine = [$facts['networking']['hostname'], $facts['networking']['fqdn'], $facts['networking']['ip']]
  $found = $cluster.filter |$name, $address| { $name in $mine or $address in $mine }
  if $found.empty { 'default' } else { $found.keys[0] }
}
