# The daemon as a systemd service. New resources and templates it sees by itself; other settings make it read anew.
class confd::service {
  $flags = "-config-file ${confd::confdir}/confd.toml"
  $ours = $confd::daemon == 'bunraku'
  $command = $ours ? {
    true    => "/usr/bin/env bunraku confd ${flags}",
    default => "${confd::installdir}/confd ${flags}",
  }
  $restart = $ours ? {
    true    => "systemctl daemon-reload && systemctl reload-or-restart ${confd::service_name}",
    default => "systemctl daemon-reload && systemctl restart ${confd::service_name}",
  }

  file { "/etc/systemd/system/${confd::service_name}.service":
    ensure  => file,
    mode    => '0644',
    content => epp('confd/confd.service.epp', { 'command' => $command, 'notifies' => $ours }),
  }
  ~> service { $confd::service_name:
    ensure    => $confd::service_ensure,
    enable    => $confd::service_enable,
    restart   => $restart,
    subscribe => File["${confd::confdir}/confd.toml"],
  }
}
