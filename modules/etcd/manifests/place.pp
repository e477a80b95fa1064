# This member's place in a cluster that runs already, before its service is started. Takes bunraku.
#
# @api private
class etcd::place {
  etcd_member { $etcd::etcd_name:
    cluster     => $etcd::kept,
    data_dir    => $etcd::data_dir,
    config_file => $etcd::config_file_path,
    binary      => $etcd::binary,
    restart     => $etcd::in_turn,
    *           => $etcd::access,
  }
}
