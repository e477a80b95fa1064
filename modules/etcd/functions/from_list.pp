# The members of initial_cluster with their URLs. It names none for clients: they are taken to be like our own, at the
# members' hosts.
#
# @param members     NAME=URL, separated by commas
# @param own_name    our own member
# @param own_client  where clients find it
# @return a hash of peer and client, by name; empty for what is no such list, or where a member has several addresses
function etcd::from_list(String $members, String $own_name, String $own_client) >> Hash {
  $host = '//(\[[^\]]*\]|[^:/]*)'
  $pairs = $members.split(',').map |$member| { $member.split('=') }
  $found = $pairs.filter |$pair| { $pair.size == 2 }.reduce({}) |$sum, $pair| {
    $at = regsubst($pair[1], "\\A\\w+:${host}.*\\z", '\1')
    $client = $pair[0] ? { $own_name => $own_client, default => regsubst($own_client, $host, "//${at}") }
    $sum + { $pair[0] => { 'peer' => $pair[1], 'client' => $client } }
  }
  if $found.size == $pairs.size { $found } else { {} }
}
