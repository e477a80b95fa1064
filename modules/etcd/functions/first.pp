# What was given, as etcd takes it, or else a default.
#
# @param given    what the class was given, perhaps undef
# @param default  what holds if it was not
# @return one of them, lists and hashes joined with commas
function etcd::first(Any $given, Any $default) >> Any {
  etcd::list($given ? { undef => $default, default => $given })
}
