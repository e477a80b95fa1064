# A URL that etcd can listen on: it takes addresses only, so that a host's name becomes all addresses.
#
# @param url  where a member is found
# @return the same with an address in it
function etcd::bindable(String $url) >> String {
  $host = regsubst($url, '\A\w+://(\[[^\]]*\]|[^:/]*).*\z', '\1')
  if $host == 'localhost' or $host =~ /\A(\[.*\]|[\d.]+)\z/ { $url } else { regsubst($url, '//[^:/]+', '//0.0.0.0') }
}
