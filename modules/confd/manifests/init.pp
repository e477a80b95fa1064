# Configuration files that are rendered from the keys of a store, and again when a key changes.
#
# @param nodes            servers of the store
# @param backend          the store
# @param confdir          folder with confd.toml, conf.d and templates
# @param interval         seconds between two looks at everything
# @param prefix           prefix of all keys, in place of the resources' own
# @param scheme           scheme of nodes that DNS names
# @param srv_domain       domain whose SRV records name the nodes
# @param srv_record       SRV record that names the nodes
# @param watch            render what a change of keys touches, at once
# @param confdnoop        show what would change, change nothing (`noop`, which is a metaparameter here)
# @param log_level        least level that is told
# @param client_cakeys    certificates of authorities: a path, or the name of a file in CONFDIR/ssl
# @param client_cert      our certificate, likewise
# @param client_key       its key, likewise
# @param username         user name at the store
# @param password         password at the store
# @param settings         more settings of confd.toml, by name
# @param resources        confd::resource's, by name
# @param sitemodule       module whose files/templates and files/ssl are copied into the confdir
# @param daemon           bunraku: its own; confd: the binary that sitemodule has as files/confd-VERSION
# @param version          version of that binary
# @param installdir       where that binary is put
# @param manage_service   keep the daemon running as a systemd service
# @param service_name     name of that service
# @param service_ensure   whether it runs
# @param service_enable   whether it is started at boot
# @param debug            superseded by log_level
# @param verbose          superseded by log_level
# @param quiet            superseded by log_level
class confd (
  Array[String]                                $nodes          = [],
  String                                       $backend        = 'etcd',
  Pattern[/\A\//]                              $confdir        = '/etc/confd',
  Optional[Variant[Integer[1], Pattern[/\A\d+\z/]]] $interval  = undef,
  Optional[String]                             $prefix         = undef,
  Optional[Enum['http', 'https']]              $scheme         = undef,
  Optional[String]                             $srv_domain     = undef,
  Optional[String]                             $srv_record     = undef,
  Optional[Boolean]                            $watch          = undef,
  Optional[Boolean]                            $confdnoop      = undef,
  Optional[Enum['debug', 'info', 'notice', 'warn', 'warning', 'error', 'fatal', 'panic']] $log_level = undef,
  Optional[String]                             $client_cakeys  = undef,
  Optional[String]                             $client_cert    = undef,
  Optional[String]                             $client_key     = undef,
  Optional[String]                             $username       = undef,
  Optional[Variant[String, Sensitive[String]]] $password       = undef,
  Hash[String, Data]                           $settings       = {},
  Hash[String, Hash]                           $resources      = {},
  Optional[String]                             $sitemodule     = undef,
  Enum['bunraku', 'confd']                     $daemon         = 'bunraku',
  String                                       $version        = 'latest',
  Pattern[/\A\//]                              $installdir     = '/usr/local/bin',
  Boolean                                      $manage_service = true,
  String                                       $service_name   = 'confd',
  Enum['running', 'stopped']                   $service_ensure = 'running',
  Boolean                                      $service_enable = true,
  Optional[Boolean]                            $debug          = undef,
  Optional[Boolean]                            $verbose        = undef,
  Optional[Boolean]                            $quiet          = undef,
) {
  if $debug or $verbose or $quiet {
    warning('confd: debug, verbose and quiet are superseded by log_level')
  }
  if $daemon == 'confd' and $sitemodule =~ Undef {
    fail('confd: daemon => confd needs a sitemodule that has the binary as files/confd-VERSION')
  }

  $resources.each |$name, $parameters| {
    confd::resource { $name: * => $parameters }
  }

  contain confd::install
  contain confd::config
  Class['confd::install'] -> Class['confd::config']
  if $manage_service {
    contain confd::service
    Class['confd::config'] -> Class['confd::service']
  }
}
