# What pods need of the host.
class rkt::host {
  if $rkt::manage_package and !$rkt::runtime.empty {
    package { $rkt::runtime:
      ensure => installed,
    }
  }
  file { $rkt::dir:
    ensure => directory,
    owner  => 'root',
    group  => 'root',
    mode   => '0750',
  }
  $rkt::trusted_keys.each |$prefix, $key| {
    $folder = "/etc/rkt/trustedkeys/prefix.d/${prefix}"
    exec { "rkt trust ${prefix}":
      command  => "${rkt::command} rkt trust --prefix='${prefix}' '${key}'",
      unless   => "find '${folder}' -maxdepth 1 -type f -exec cmp -s '${key}' {} \\; -print 2>/dev/null | grep -q .",
      provider => shell,
      path     => ['/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'],
    }
  }
  if $rkt::gc {
    file { '/etc/cron.d/rkt-gc':
      ensure  => file,
      mode    => '0644',
      content => "17 * * * * root ${rkt::command} rkt --dir=${rkt::dir} gc --grace-period=${rkt::gc_grace_period} >/dev/null 2>&1\n",
    }
  }
}
