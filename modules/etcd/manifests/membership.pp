# Who belongs to the cluster, once this member runs: votes for the new, removal of those no longer named. Takes bunraku.
#
# @api private
class etcd::membership {
  etcd_cluster { $etcd::initial_cluster_token:
    members   => $etcd::kept,
    strangers => $etcd::cluster.empty ? { true => 'keep', false => 'remove' },
    host      => $etcd::etcd_name,
    *         => $etcd::access,
  }
}
