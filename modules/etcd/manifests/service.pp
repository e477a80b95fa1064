# The running member.
#
# @api private
class etcd::service {
  if $etcd::manage_service {
    if $etcd::private {
      contain etcd::service::private
    } else {
      contain etcd::service::system
    }
    $asked = $etcd::wait_for_health ? { undef => $etcd::member_names.size == 1, default => $etcd::wait_for_health }
    if $asked and $etcd::runs {
      contain etcd::health
      Service['etcd'] ~> Class['etcd::health']
    }
  }
}
