# One member of etcd, run without systemd.
#
# @param root        the tour's folder
# @param client_url  where it serves clients
# @param peer_url    where it would serve peers
class tour::etcd (
  String $root,
  String $client_url,
  String $peer_url,
) {
  class { 'etcd':
    etcd_name                   => 'tour',
    manage_package              => false,
    service_provider            => 'base',
    pid_file                    => "${root}/run/etcd.pid",
    log_file                    => "${root}/log/etcd.log",
    config_file_path            => "${root}/etcd.yml",
    data_dir                    => "${root}/etcd",
    listen_client_urls          => $client_url,
    advertise_client_urls       => $client_url,
    listen_peer_urls            => $peer_url,
    initial_advertise_peer_urls => $peer_url,
    initial_cluster             => { 'tour' => $peer_url },
  }
  contain etcd
}
