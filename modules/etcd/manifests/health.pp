# After a start: waits until the member answers. Where it does not, and its log is ours, the end of that tells why.
#
# @api private
class etcd::health {
  $endpoint = $etcd::urls['advertise-client-urls'].split(',')[0]
  $files = {
    'ETCDCTL_CACERT' => $etcd::files['trusted-ca-file'],
    'ETCDCTL_CERT'   => $etcd::files['cert-file'],
    'ETCDCTL_KEY'    => $etcd::files['key-file'],
  }
  $log_file = $etcd::log_file ? { undef => "${etcd::data_dir}.log", default => $etcd::log_file }
  $tell = $etcd::service_provider ? {
    'base'  => " || { echo 'the end of ${log_file}:'; tail -n 3 '${log_file}'; exit 1; }",
    default => '',
  }
  exec { 'etcd: wait until it answers':
    command     => "etcdctl --endpoints '${endpoint}' --command-timeout ${etcd::health_timeout}s endpoint health${tell}",
    provider    => shell,
    environment => ['ETCDCTL_API=3'] + etcd::given($files).map |$name, $path| { "${name}=${path}" },
    path        => ['/usr/local/bin', '/usr/bin', '/bin'],
    timeout     => $etcd::health_timeout + 10,
    refreshonly => true,
  }
}
