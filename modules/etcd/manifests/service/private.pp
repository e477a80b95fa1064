# A process of its own, without any init system: start-stop-daemon supervises it through a pid file.
#
# @api private
class etcd::service::private {
  $pid_file = $etcd::pid_file ? { undef => "${etcd::data_dir}.pid", default => $etcd::pid_file }
  $log_file = $etcd::log_file ? { undef => "${etcd::data_dir}.log", default => $etcd::log_file }

  $program = $etcd::config_file_path ? {
    /\.ya?ml\z/ => "--startas '${etcd::binary}' -- --config-file '${etcd::config_file_path}'",
    default     => "--startas /bin/sh -- -c 'set -a; . \"${etcd::config_file_path}\"; exec \"${etcd::binary}\"'",
  }
  $who = $etcd::user ? { undef => '', default => "--chuid '${etcd::user}' " }

  service { 'etcd':
    ensure   => $etcd::service_ensure,
    restart  => $etcd::service_restart,
    provider => 'base',
    start    => "start-stop-daemon --start --background --make-pidfile --pidfile '${pid_file}' --output '${log_file}' ${who}${program}",
    stop     => "start-stop-daemon --stop --retry TERM/10/KILL/5 --remove-pidfile --pidfile '${pid_file}'",
    status   => "start-stop-daemon --status --pidfile '${pid_file}'",
  }
}
