# The service that the package brings. Its unit reads a file of environment variables; a drop-in points it to YAML.
#
# @api private
class etcd::service::system {
  if $etcd::config_file_path =~ /\.ya?ml\z/ {
    $folder = '/etc/systemd/system/etcd.service.d'
    file { $folder:
      ensure => directory,
    }
    file { "${folder}/config-file.conf":
      ensure  => file,
      mode    => '0644',
      content => "# Managed by Puppet\n[Service]\nEnvironment=ETCD_CONFIG_FILE=${etcd::config_file_path}\n",
    }
    ~> exec { 'etcd: systemctl daemon-reload':
      command     => 'systemctl daemon-reload',
      path        => ['/bin', '/usr/bin'],
      refreshonly => true,
      notify      => Service['etcd'],
    }
  }
  service { 'etcd':
    ensure   => $etcd::service_ensure,
    restart  => $etcd::service_restart,
    enable   => $etcd::service_enable,
    provider => $etcd::service_provider,
  }
}
