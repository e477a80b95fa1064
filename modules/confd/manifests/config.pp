# The folder that the daemon reads: confd.toml, conf.d, templates and ssl.
class confd::config {
  $confdir = $confd::confdir

  # What is given by name lies in the folder's ssl.
  $tls = { 'client_cakeys' => $confd::client_cakeys, 'client_cert' => $confd::client_cert, 'client_key' => $confd::client_key }
  $tls_paths = $tls.reduce({}) |$paths, $file| {
    $paths + {
      $file[0] => $file[1] ? {
        Undef   => undef,
        /\A\//  => $file[1],
        default => "${confdir}/ssl/${file[1]}",
      },
    }
  }
  $nodes = $confd::nodes ? {
    []      => undef,
    default => $confd::nodes,
  }
  $interval = $confd::interval ? {
    Undef   => undef,
    default => Integer($confd::interval),
  }
  $basic_auth = $confd::username ? {
    Undef   => undef,
    default => true,
  }
  $password = $confd::password ? {
    Sensitive => $confd::password.unwrap,
    default   => $confd::password,
  }
  $settings = {
    'backend'    => $confd::backend,
    'nodes'      => $nodes,
    'confdir'    => $confdir,
    'interval'   => $interval,
    'prefix'     => $confd::prefix,
    'scheme'     => $confd::scheme,
    'srv_domain' => $confd::srv_domain,
    'srv_record' => $confd::srv_record,
    'watch'      => $confd::watch,
    'noop'       => $confd::confdnoop,
    'log-level'  => $confd::log_level,
    'basic_auth' => $basic_auth,
    'username'   => $confd::username,
    'password'   => $password,
  } + $tls_paths + $confd::settings

  file { [$confdir, "${confdir}/conf.d"]:
    ensure => directory,
    mode   => '0750',
  }

  if $confd::sitemodule {
    file {
      default:
        ensure  => directory,
        recurse => true;
      "${confdir}/templates":
        mode   => '0644',
        source => "puppet:///modules/${confd::sitemodule}/templates";
      "${confdir}/ssl":
        mode   => '0640',
        source => "puppet:///modules/${confd::sitemodule}/ssl";
    }
  } else {
    file { ["${confdir}/templates", "${confdir}/ssl"]:
      ensure => directory,
      mode   => '0750',
    }
  }

  # It may hold a password.
  file { "${confdir}/confd.toml":
    ensure  => file,
    mode    => '0640',
    content => Sensitive(epp('confd/confd.toml.epp', { 'settings' => $settings })),
  }
}
