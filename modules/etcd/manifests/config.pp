# The configuration file and the folders.
#
# @api private
class etcd::config {
  $cluster = $etcd::cluster_enabled ? {
    true  => {
      'listen-peer-urls'            => $etcd::urls['listen-peer-urls'],
      'initial-advertise-peer-urls' => $etcd::urls['initial-advertise-peer-urls'],
      'initial-cluster'             => ($etcd::discovery or $etcd::discovery_srv) ? { true => undef, default => $etcd::members },
      'initial-cluster-state'       => $etcd::initial_cluster_state,
      'initial-cluster-token'       => $etcd::initial_cluster_token,
      'discovery'                   => $etcd::discovery,
      'discovery-srv'               => $etcd::discovery_srv,
      'discovery-fallback'          => $etcd::discovery_fallback,
      'discovery-proxy'             => $etcd::discovery_proxy,
      'strict-reconfig-check'       => $etcd::strict_reconfig_check,
      'auto-compaction-retention'   => $etcd::auto_compaction_retention ? { Integer => String($etcd::auto_compaction_retention), default => $etcd::auto_compaction_retention },
    },
    false => {},
  }
  $settings = etcd::given({
    'name'                   => $etcd::etcd_name,
    'data-dir'               => $etcd::data_dir,
    'wal-dir'                => $etcd::wal_dir,
    'snapshot-count'         => $etcd::snapshot_count,
    'heartbeat-interval'     => $etcd::heartbeat_interval,
    'election-timeout'       => $etcd::election_timeout,
    'quota-backend-bytes'    => $etcd::quota_backend_bytes,
    'listen-client-urls'     => $etcd::urls['listen-client-urls'],
    'advertise-client-urls'  => $etcd::urls['advertise-client-urls'],
    'max-snapshots'          => $etcd::max_snapshots,
    'max-wals'               => $etcd::max_wals,
    'cors'                   => etcd::list($etcd::cors),
    'enable-v2'              => $etcd::enable_v2,
    'proxy'                  => $etcd::proxy,
    'proxy-failure-wait'     => $etcd::proxy_failure_wait,
    'proxy-refresh-interval' => $etcd::proxy_refresh_interval,
    'proxy-dial-timeout'     => $etcd::proxy_dial_timeout,
    'proxy-write-timeout'    => $etcd::proxy_write_timeout,
    'proxy-read-timeout'     => $etcd::proxy_read_timeout,
    'debug'                  => $etcd::debug,
    'log-package-levels'     => $etcd::log_package_levels,
  } + $cluster + $etcd::options)
  $client_tls = etcd::given({
    'cert-file'        => $etcd::cert_file,
    'key-file'         => $etcd::key_file,
    'client-cert-auth' => $etcd::client_cert_auth,
    'trusted-ca-file'  => $etcd::trusted_ca_file,
    'auto-tls'         => $etcd::auto_tls,
  })
  $peer_tls = etcd::given({
    'cert-file'        => $etcd::peer_cert_file,
    'key-file'         => $etcd::peer_key_file,
    'client-cert-auth' => $etcd::peer_client_cert_auth,
    'trusted-ca-file'  => $etcd::peer_trusted_ca_file,
    'auto-tls'         => $etcd::peer_auto_tls,
  })

  if $etcd::config_file_path =~ /\.ya?ml\z/ {
    $sections = { 'client-transport-security' => $client_tls, 'peer-transport-security' => $peer_tls }
    $content = epp('etcd/etcd.yml.epp', {
      'settings' => $settings,
      'sections' => $sections.filter |$name, $inner| { !$inner.empty },
    })
  } else {
    $peer_flags = $peer_tls.reduce({}) |$sum, $pair| { $sum + { "peer-${pair[0]}" => $pair[1] } }
    $content = epp('etcd/etcd.conf.epp', { 'settings' => $settings + $client_tls + $peer_flags })
  }

  if $etcd::config_file_path =~ /\A\/etc\/etcd\// {
    file { '/etc/etcd':
      ensure => directory,
      mode   => '0755',
    }
  }
  file { $etcd::config_file_path:
    ensure  => file,
    group   => $etcd::owning_group,
    mode    => '0640',
    content => $content,
  }

  if $etcd::data_dir =~ /\A\/var\/lib\/etcd\// {
    file { '/var/lib/etcd':
      ensure => directory,
      owner  => $etcd::owner,
      group  => $etcd::owning_group,
      mode   => '0755',
    }
  }
  file { [$etcd::data_dir, $etcd::wal_dir].filter |$folder| { $folder and $folder != '' }:
    ensure => directory,
    owner  => $etcd::owner,
    group  => $etcd::owning_group,
    mode   => '0700',
  }
}
