# The daemon's settings, and docker's.
#
# @api private
class flannel::config {
  $settings = {
    'etcd-endpoints'            => flannel::commas($flannel::etcd_endpoints),
    'etcd-prefix'               => $flannel::etcd_prefix,
    'etcd-keyfile'              => $flannel::etcd_keyfile,
    'etcd-certfile'             => $flannel::etcd_certfile,
    'etcd-cafile'               => $flannel::etcd_cafile,
    'iface'                     => $flannel::iface,
    'public-ip'                 => $flannel::public_ip,
    'subnet-file'               => $flannel::subnet_file,
    'subnet-lease-renew-margin' => $flannel::subnet_lease_renew_margin,
    'ip-masq'                   => $flannel::ip_masq,
  } + $flannel::settings

  # It may hold etcd's password.
  file { $flannel::env_file:
    ensure  => file,
    mode    => '0600',
    content => Sensitive(epp('flannel/flanneld.env.epp', { 'settings' => $settings })),
  }

  if $flannel::manage_docker {
    file { '/etc/systemd/system/docker.service.d':
      ensure => directory,
      mode   => '0755',
    }
    file { '/etc/systemd/system/docker.service.d/flannel.conf':
      ensure  => file,
      mode    => '0644',
      content => epp('flannel/docker.conf.epp', {
        'service'     => $flannel::service_name,
        'subnet_file' => $flannel::subnet_file,
      }),
    }
  }
}
