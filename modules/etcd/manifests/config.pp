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
  $own_settings = etcd::given({
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
  } + $cluster)
  $twice = $etcd::options.keys.filter |$name| { $name in $own_settings }
  unless $twice.empty {
    fail("etcd: options names ${twice.join(', ')}, which the class sets by parameters of its own: use these")
  }
  $settings = $own_settings + etcd::given($etcd::options)

  if $etcd::ca_key_file {
    $hosts = $etcd::own.values.map |$url| { regsubst($url, '\A\w+://(?:\[([^\]]*)\]|([^:/]*)).*\z', '\1\2') }
    etcd_cert { $etcd::files['cert-file']:
      key_file => $etcd::files['key-file'],
      ca_cert  => $etcd::files['trusted-ca-file'],
      ca_key   => $etcd::ca_key_file,
      hosts    => unique($hosts + ['localhost', '127.0.0.1']),
      owner    => $etcd::owner,
      group    => $etcd::owning_group,
      before   => Etcd_config[$etcd::config_file_path],
    }
  }

  $own_pki = $etcd::ca_key_file and $etcd::pki_dir =~ /\A\/etc\/etcd\/[^\/]+\z/
  if $own_pki {
    file { $etcd::pki_dir:
      ensure => directory,
      mode   => '0755',
    }
  }
  if $own_pki or $etcd::config_file_path =~ /\A\/etc\/etcd\// {
    file { '/etc/etcd':
      ensure => directory,
      mode   => '0755',
    }
  }
  # While a plain cluster is moved to TLS, clients come with and without it, and members are found without it at first.
  $both = etcd::with_plain($etcd::urls, ['listen-client-urls', 'advertise-client-urls'])
  $plain_peers = etcd::in_plain($etcd::urls, ['listen-peer-urls', 'initial-advertise-peer-urls'])
  $moved = etcd::content($settings + $both, $etcd::client_tls, $etcd::peer_tls)
  $content = $etcd::tls ? { 'both' => $moved, default => etcd::content($settings, $etcd::client_tls, $etcd::peer_tls) }

  if defined('etcd_config') {
    $moving = ($etcd::secure and !$etcd::cluster.empty) ? {
      true  => {
        'prepared' => etcd::content($settings + $both + $plain_peers, $etcd::client_tls, $etcd::peer_tls),
        'moved'    => $moved,
      },
      false => {},
    }
    $whole = ($etcd::runs and !$etcd::cluster.empty) ? {
      true  => { 'cluster' => $etcd::addresses, 'member' => $etcd::etcd_name, 'data_dir' => $etcd::data_dir },
      false => {},
    }
    etcd_config { $etcd::config_file_path:
      content => $content,
      options => $settings.keys + $etcd::client_tls.keys + $etcd::peer_tls.keys.map |$name| { "peer-${name}" },
      binary  => $etcd::binary,
      group   => $etcd::owning_group,
      mode    => '0640',
      *       => $moving + $whole + $etcd::access,
    }
  } else {
    file { $etcd::config_file_path:
      ensure  => file,
      group   => $etcd::owning_group,
      mode    => '0640',
      content => $content,
    }
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
