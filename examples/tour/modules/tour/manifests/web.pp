# An nginx whose configuration is rendered from keys, first by this catalog, then by whoever runs `bunraku confd`.
#
# @param root  the tour's folder
# @param port  where nginx listens, on loopback
# @param etcd  where the keys are
class tour::web (
  String  $root,
  Integer $port,
  String  $etcd,
) {
  $confdir = "${root}/confd"
  $conf    = "${root}/nginx.conf"
  $nginx   = "nginx -p ${root} -e ${root}/log/nginx.log"

  class { 'confd':
    backend        => 'etcdv3',
    nodes          => [$etcd],
    confdir        => $confdir,
    manage_service => false,
  }
  contain confd

  file { "${confdir}/templates/nginx.conf.tmpl":
    ensure  => file,
    content => epp('tour/nginx.conf.tmpl.epp', { 'root' => $root, 'port' => $port }),
    require => Class['confd'],
  }

  confd::resource { 'nginx_upstream_01':
    src        => 'nginx.conf.tmpl',
    dest       => $conf,
    keys       => ['/nginx/upstream/01'],
    check_cmd  => "${nginx} -t -q -c {{.src}}",
    reload_cmd => "if test -s ${root}/run/nginx.pid; then ${nginx} -c ${conf} -s reload; fi",
  }

  exec { 'render nginx.conf':
    command => "bunraku confd --onetime --confdir ${confdir} --config-file ${confdir}/confd.toml",
    path    => $facts['path'],
    creates => $conf,
    require => [File["${confdir}/templates/nginx.conf.tmpl"], Confd::Resource['nginx_upstream_01']],
  }
  -> tour::daemon { 'nginx':
    command => "/usr/sbin/nginx -- -p ${root} -e ${root}/log/nginx.log -c ${conf} -g 'daemon off;'",
    root    => $root,
  }
}
