# flannel's own daemon, where that is wanted.
#
# @api private
class flannel::install {
  if $flannel::daemon == 'flanneld' {
    package { $flannel::package_name:
      ensure => $flannel::ensure,
    }
  }
}
