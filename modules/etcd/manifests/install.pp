# The packages of etcd.
#
# @api private
class etcd::install {
  if $etcd::manage_package {
    package { $etcd::package_name:
      ensure => $etcd::ensure,
    }
  }
}
