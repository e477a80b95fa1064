# What differs between operating systems.
#
# @api private
class etcd::params {
  case $facts['os']['family'] {
    'Debian': {
      $package_name     = ['etcd-server', 'etcd-client']
      $config_file_path = '/etc/default/etcd'
    }
    'RedHat': {
      $package_name     = 'etcd'
      $config_file_path = '/etc/etcd/etcd.conf'
    }
    default: {
      $package_name     = 'etcd'
      $config_file_path = '/etc/etcd/etcd.yml'
    }
  }
}
