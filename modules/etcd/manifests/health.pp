# After a start: waits until the member answers.
#
# @api private
class etcd::health {
  $endpoint = $etcd::urls['advertise-client-urls'].split(',')[0]
  $files = {
    'ETCDCTL_CACERT' => $etcd::trusted_ca_file,
    'ETCDCTL_CERT'   => $etcd::cert_file,
    'ETCDCTL_KEY'    => $etcd::key_file,
  }
  exec { 'etcd: wait until it answers':
    command     => "etcdctl --endpoints '${endpoint}' --command-timeout ${etcd::health_timeout}s endpoint health",
    environment => ['ETCDCTL_API=3'] + etcd::given($files).map |$name, $path| { "${name}=${path}" },
    path        => ['/usr/local/bin', '/usr/bin', '/bin'],
    timeout     => $etcd::health_timeout + 10,
    refreshonly => true,
  }
}
