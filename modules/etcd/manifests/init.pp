# One member of an etcd cluster: package, configuration, folders, service.
#
# A parameter that is not given is left to etcd's own default, unless one is shown here.
#
# @param ensure            state or version of the package
# @param package_name      the package, or several
# @param manage_package    whether the package is installed
# @param manage_service    whether the service is managed
# @param service_ensure    running or stopped
# @param service_enable    whether the service starts at boot
# @param service_provider  `base` runs etcd in the background without any init system, as whoever applies (or `user`);
#   by default the system's own service is used
# @param service_restart   the command that restarts the service. Without one, the members of `cluster` restart in turn:
#   one at a time among all hosts, the leader last, only with a quorum
# @param config_file_path  the configuration: YAML if it ends in .yml or .yaml, else a file of environment variables
# @param user              who etcd runs as and owns its folders (default: etcd; with service_provider `base`, nobody)
# @param group             the group of the same
# @param binary            the program, for service_provider `base`
# @param pid_file          where service_provider `base` keeps the process's number
# @param log_file          where service_provider `base` lets etcd write
# @param wait_for_health   whether a start is done only when etcd answers (asked with etcdctl); by default for clusters
#   of one member, since a larger one answers only when most of its members are there
# @param health_timeout    seconds to wait for that
# @param cluster           the members by name, the same on every host: an address each, or a hash of peer and client URLs.
#   Takes the place of the URLs and of initial_cluster, and is kept: members that are added here join the running cluster,
#   members that are taken out leave it (with bunraku)
# @param tls               whether clients and members speak TLS, with the files named under security. Turned on for a
#   running plain cluster, members are moved one after the other, each a step with each run, and then clients must use
#   TLS too; `both` lets them come without it as well (with bunraku)
# @param pki_dir           with `tls`: where the files are that are not named, ca.crt, NAME.crt and NAME.key
# @param ca_key_file       with `tls`: the authority's key, where the member's certificate is to be issued on this host
# @param username          who changes members and restarts them in turn, where etcd asks who is there (root's role)
# @param password          that user's password
# @param options           further settings, by the names of etcd's flags without the dashes in front
#
# @param etcd_name                    the member's name; by default, this host's in `cluster`
# @param data_dir                     the data folder
# @param wal_dir                      a folder of its own for the write-ahead log
# @param snapshot_count               transactions between two snapshots to disk
# @param heartbeat_interval           milliseconds between the leader's heartbeats
# @param election_timeout             milliseconds without a heartbeat before an election
# @param quota_backend_bytes          size of the database at which an alarm is raised
# @param listen_client_urls           where clients are served
# @param advertise_client_urls        where clients are told to come
# @param max_snapshots                snapshot files to keep
# @param max_wals                     files of the write-ahead log to keep
# @param cors                         origins that browsers may come from
# @param enable_v2                    whether the API v2 is served too
#
# @param cluster_enabled              whether the settings of the cluster are written at all
# @param listen_peer_urls             where other members are served
# @param initial_advertise_peer_urls  where other members are told to come
# @param initial_cluster              all members as NAME=URL: a list, text with commas, or a hash. Kept as `cluster` is,
#   but that only those members are removed that an earlier run of this host found in it (with bunraku)
# @param initial_cluster_state        new, or existing to join a running cluster
# @param initial_cluster_token        tells clusters apart that share a network
# @param discovery                    URL of a discovery service
# @param discovery_srv                domain whose SRV records name the members
# @param discovery_fallback           exit or proxy, where discovery fails
# @param discovery_proxy              HTTP proxy on the way to the discovery service
# @param strict_reconfig_check        whether changes of membership that would lose quorum are refused
# @param auto_compaction_retention    how much history is kept (hours, or a duration); 0 for all
#
# @param proxy                   off, readonly or on (a proxy of the API v2)
# @param proxy_failure_wait      milliseconds before an endpoint that failed is tried again
# @param proxy_refresh_interval  milliseconds between two refreshes of the endpoints
# @param proxy_dial_timeout      milliseconds to connect
# @param proxy_write_timeout     milliseconds to write
# @param proxy_read_timeout      milliseconds to read
#
# @param cert_file              the certificate for clients
# @param key_file               its key
# @param client_cert_auth       whether clients must have a certificate too; with `tls`, they must unless it is false
# @param trusted_ca_file        the authority of the clients' certificates
# @param auto_tls               whether etcd makes a certificate for clients by itself
# @param peer_cert_file         the certificate for other members
# @param peer_key_file          its key
# @param peer_client_cert_auth  whether other members must have a certificate too
# @param peer_trusted_ca_file   the authority of the other members' certificates
# @param peer_auto_tls          whether etcd makes a certificate for other members by itself
#
# @param debug                    whether everything is logged
# @param log_package_levels       levels by package
# @param journald_forward_enable  accepted; systemd takes care of what this once was for
class etcd (
  String                               $ensure                      = 'present',
  Variant[String[1], Array[String[1]]] $package_name                = $etcd::params::package_name,
  Boolean                              $manage_package              = true,
  Boolean                              $manage_service              = true,
  Variant[Enum['running', 'stopped'], Boolean] $service_ensure      = 'running',
  Variant[Boolean, Enum['mask', 'manual']] $service_enable          = true,
  Optional[String[1]]                  $service_provider            = undef,
  Optional[String[1]]                  $service_restart             = undef,
  Etcd::Path                           $config_file_path            = $etcd::params::config_file_path,
  Optional[String[1]]                  $user                        = undef,
  Optional[String[1]]                  $group                       = undef,
  Etcd::Path                           $binary                      = '/usr/bin/etcd',
  Optional[Etcd::Path]                 $pid_file                    = undef,
  Optional[Etcd::Path]                 $log_file                    = undef,
  Optional[Boolean]                    $wait_for_health             = undef,
  Integer[1]                           $health_timeout              = 30,
  Hash[String[1], Variant[Scalar, Array[Scalar]]] $options          = {},
  Etcd::Cluster                        $cluster                     = {},
  Variant[Boolean, Enum['both']]       $tls                         = false,
  Etcd::Path                           $pki_dir                     = '/etc/etcd/pki',
  Optional[Etcd::Path]                 $ca_key_file                 = undef,
  Optional[String[1]]                  $username                    = undef,
  Optional[Variant[String[1], Sensitive[String[1]]]] $password      = undef,
  # the member
  Pattern[/\A[^=,\s]+\z/]              $etcd_name                   = etcd::own_name($cluster),
  Etcd::Path                           $data_dir                    = "/var/lib/etcd/${etcd_name}.etcd",
  Optional[Variant[Etcd::Path, Enum['']]] $wal_dir                  = undef,
  Optional[Integer[0]]                 $snapshot_count              = undef,
  Optional[Integer[1]]                 $heartbeat_interval          = undef,
  Optional[Integer[1]]                 $election_timeout            = undef,
  Optional[Integer]                    $quota_backend_bytes         = undef,
  Optional[Etcd::Urls]                 $listen_client_urls          = undef,
  Optional[Etcd::Urls]                 $advertise_client_urls       = undef,
  Optional[Integer[0]]                 $max_snapshots               = undef,
  Optional[Integer[0]]                 $max_wals                    = undef,
  Optional[Variant[String, Array[String]]] $cors                    = undef,
  Optional[Boolean]                    $enable_v2                   = undef,
  # the cluster
  Boolean                              $cluster_enabled             = true,
  Optional[Etcd::Urls]                 $listen_peer_urls            = undef,
  Optional[Etcd::Urls]                 $initial_advertise_peer_urls = undef,
  Optional[Variant[String[1], Array[String[1], 1], Hash[String[1], Etcd::Url]]] $initial_cluster = undef,
  Enum['new', 'existing']              $initial_cluster_state       = 'new',
  String[1]                            $initial_cluster_token       = 'etcd-cluster',
  Optional[String]                     $discovery                   = undef,
  Optional[String]                     $discovery_srv               = undef,
  Optional[Enum['exit', 'proxy']]      $discovery_fallback          = undef,
  Optional[String]                     $discovery_proxy             = undef,
  Optional[Boolean]                    $strict_reconfig_check       = undef,
  Optional[Variant[Integer[0], String]] $auto_compaction_retention  = undef,
  # the proxy of the API v2
  Optional[Enum['on', 'off', 'readonly']] $proxy                    = undef,
  Optional[Integer[0]]                 $proxy_failure_wait          = undef,
  Optional[Integer[0]]                 $proxy_refresh_interval      = undef,
  Optional[Integer[0]]                 $proxy_dial_timeout          = undef,
  Optional[Integer[0]]                 $proxy_write_timeout         = undef,
  Optional[Integer[0]]                 $proxy_read_timeout          = undef,
  # security
  Optional[Etcd::Path]                 $cert_file                   = undef,
  Optional[Etcd::Path]                 $key_file                    = undef,
  Optional[Boolean]                    $client_cert_auth            = undef,
  Optional[Etcd::Path]                 $trusted_ca_file             = undef,
  Optional[Boolean]                    $auto_tls                    = undef,
  Optional[Etcd::Path]                 $peer_cert_file              = undef,
  Optional[Etcd::Path]                 $peer_key_file               = undef,
  Optional[Boolean]                    $peer_client_cert_auth       = undef,
  Optional[Etcd::Path]                 $peer_trusted_ca_file        = undef,
  Optional[Boolean]                    $peer_auto_tls               = undef,
  # logging
  Optional[Boolean]                    $debug                       = undef,
  Optional[String]                     $log_package_levels          = undef,
  Boolean                              $journald_forward_enable     = false,
) inherits etcd::params {
  $private = $service_provider == 'base'
  $runs = $service_ensure in ['running', true]
  $owner = $user ? { undef => if $private { undef } else { 'etcd' }, default => $user }
  $owning_group = $group ? { undef => $owner, default => $group }

  $secure = $tls != false
  $files = etcd::given({
    'cert-file'       => $cert_file ? { undef => if $secure { "${pki_dir}/${etcd_name}.crt" }, default => $cert_file },
    'key-file'        => $key_file ? { undef => if $secure { "${pki_dir}/${etcd_name}.key" }, default => $key_file },
    'trusted-ca-file' => $trusted_ca_file ? { undef => if $secure { "${pki_dir}/ca.crt" }, default => $trusted_ca_file },
  })
  # An authority alone makes etcd want certificates of clients.
  $open = $secure and $client_cert_auth == false
  $client_tls = if $open { $files - 'trusted-ca-file' } else { $files } + etcd::given({
    'client-cert-auth' => $client_cert_auth ? { undef => if $secure { true }, default => $client_cert_auth },
    'auto-tls'         => $auto_tls,
  })
  $peer_tls = if $secure { $files + { 'client-cert-auth' => true } } else { {} } + etcd::given({
    'cert-file'        => $peer_cert_file,
    'key-file'         => $peer_key_file,
    'client-cert-auth' => $peer_client_cert_auth,
    'trusted-ca-file'  => $peer_trusted_ca_file,
    'auto-tls'         => $peer_auto_tls,
  })
  $access = etcd::given({
    'ca_file'   => $files['trusted-ca-file'],
    'cert_file' => $files['cert-file'],
    'key_file'  => $files['key-file'],
    'username'  => $username,
    'password'  => $password,
  })

  $addresses = etcd::addresses($cluster, $secure, 'cert-file' in $peer_tls, 'cert-file' in $client_tls)
  $own = $addresses[$etcd_name] ? {
    undef   => etcd::addresses({ 'own' => 'localhost' }, $secure, false, false)['own'],
    default => $addresses[$etcd_name],
  }
  $urls = {
    'listen-peer-urls'            => etcd::first($listen_peer_urls, etcd::bindable($own['peer'])),
    'initial-advertise-peer-urls' => etcd::first($initial_advertise_peer_urls, $own['peer']),
    'listen-client-urls'          => etcd::first($listen_client_urls, etcd::bindable($own['client'])),
    'advertise-client-urls'       => etcd::first($advertise_client_urls, $own['client']),
  }
  $declared = if $cluster.empty { $initial_cluster } else { $addresses.map |$name, $one| { "${name}=${one['peer']}" } }
  $members = etcd::first($declared, "${etcd_name}=${urls['initial-advertise-peer-urls']}")
  $member_names = unique($members.split(',').map |$member| { $member.split('=')[0] })
  # What is kept true while the cluster runs. A lone member of initial_cluster needs nobody to look after it.
  $kept = ($cluster.empty and $initial_cluster != undef and $member_names.size > 1 and defined('etcd_member')) ? {
    true  => etcd::from_list($members, $etcd_name, $urls['advertise-client-urls'].split(',')[0]),
    false => $addresses,
  }
  # Members of a cluster restart in turn, unless they are restarted by a command of their own (see etcd_member).
  $in_turn = $runs and !$kept.empty and $service_restart == undef

  unless $etcd_name in $member_names or $discovery or $discovery_srv or $proxy in ['on', 'readonly'] {
    fail("etcd: the cluster has ${member_names.join(', ')}, but not this member, '${etcd_name}': set etcd_name to one of them")
  }
  if $member_names.size % 2 == 0 {
    warning("etcd: a cluster of ${member_names.size} members outlives the loss of no more members than one of ${member_names.size - 1}: use an odd number")
  }

  $plain = $urls.filter |$name, $url| { $secure and $url !~ /https:|unixs:/ }
  unless $plain.empty {
    fail("etcd: tls is on, but ${regsubst(plain.keys.join(', '), '-', '_', 'G')} would be without it: write https:// there")
  }

  contain etcd::install
  contain etcd::config
  contain etcd::service

  Class['etcd::install'] -> Class['etcd::config'] -> Class['etcd::service']
  unless $in_turn {
    Class['etcd::config'] ~> Class['etcd::service']
  }

  if $runs and !$kept.empty {
    contain etcd::place
    contain etcd::membership
    Class['etcd::config'] -> Class['etcd::place'] -> Class['etcd::service'] -> Class['etcd::membership']
    if $in_turn {
      Class['etcd::config'] ~> Class['etcd::place']
    }
  }
}
