# The running daemon.
#
# @api private
class flannel::service {
  $command = $flannel::daemon ? {
    'bunraku' => '/usr/bin/env bunraku flanneld',
    default   => '/usr/bin/flanneld',
  }

  file { "/etc/systemd/system/${flannel::service_name}.service":
    ensure  => file,
    mode    => '0644',
    content => epp('flannel/flanneld.service.epp', { 'command' => $command, 'env_file' => $flannel::env_file }),
  }
  ~> service { $flannel::service_name:
    ensure  => $flannel::service_state,
    enable  => $flannel::service_enable,
    restart => "systemctl daemon-reload && systemctl restart ${flannel::service_name}",
  }
}
