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
  $password = $etcd::password ? { Sensitive => $etcd::password.unwrap, default => $etcd::password }
  $login = { 'ETCDCTL_USER' => $etcd::username, 'ETCDCTL_PASSWORD' => $password }
  $variables = etcd::given({ 'ETCDCTL_API' => '3' } + $files + $login)
  $ask = "etcdctl --endpoints '${endpoint}' --command-timeout"
  if $etcd::private {
    # A process that ends at once (a port that is taken) is not waited for; its log tells why.
    $pid_file = etcd::first($etcd::pid_file, "${etcd::data_dir}.pid")
    $log_file = etcd::first($etcd::log_file, "${etcd::data_dir}.log")
    $lives = "start-stop-daemon --status --pidfile '${pid_file}'"
    $trial = "said=\$(${ask} 1s endpoint health 2>&1) && exit 0; ${lives} || break; sleep 0.2"
    $tell = "echo \"\$said\"; echo 'the end of ${log_file}:'; tail -n 3 '${log_file}'; exit 1"
    $end = "until=\$((\$(date +%s) + ${etcd::health_timeout}))"
    $wait = "${end}; while [ \$(date +%s) -lt \$until ]; do ${trial}; done; ${tell}"
  } else {
    $wait = "${ask} ${etcd::health_timeout}s endpoint health"
  }
  exec { 'etcd: wait until it answers':
    command     => $wait,
    provider    => shell,
    environment => Sensitive($variables.map |$name, $value| { "${name}=${value}" }),
    path        => ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/sbin'],
    timeout     => $etcd::health_timeout + 10,
    refreshonly => true,
  }
}
