# A value of etcd's command line: arrays become comma-separated lists, hashes lists of NAME=VALUE.
#
# @param value  what the class was given
# @return the value as etcd takes it; undef stays undef
function etcd::list(Any $value) >> Any {
  $value ? {
    Array   => $value.join(','),
    Hash    => $value.map |$name, $one| { "${name}=${one}" }.join(','),
    default => $value,
  }
}
