# Pods of containers on this host: the runtime, folders, trusted keys, pods, and their removal when they have ended.
#
# @param ensure          whether the host is one of pods
# @param version         accepted: the program is bunraku itself
# @param runtime         the packages of the OCI runtime; none where all pods are of the isolation fly
# @param manage_package  whether they are installed
# @param dir             where images and pods are kept
# @param trusted_keys    armoured public keys, files of the host, by the prefix of the images that they are trusted for
# @param pods            rkt_pod's, by name
# @param gc              whether ended pods are removed every hour
# @param gc_grace_period how long they are kept
# @param command         the program that cron runs for it
class rkt (
  Enum['present', 'absent']                    $ensure          = 'present',
  Optional[String[1]]                          $version         = undef,
  Array[String[1]]                             $runtime         = ['runc', 'iproute2', 'iptables'],
  Boolean                                      $manage_package  = true,
  Pattern[/\A\//]                              $dir             = '/var/lib/rkt',
  Hash[Pattern[/\A[a-z0-9]/], Pattern[/\A\//]] $trusted_keys    = {},
  Hash[String[1], Hash]                        $pods            = {},
  Boolean                                      $gc              = true,
  Pattern[/\A[0-9hms]+\z/]                     $gc_grace_period = '30m',
  String[1]                                    $command         = 'bunraku',
) {
  if $ensure == 'present' {
    contain rkt::host
    $pods.each |$name, $parameters| {
      rkt_pod { $name:
        *       => { 'ensure' => 'running', 'dir' => $dir } + $parameters,
        require => Class['rkt::host'],
      }
    }
  } else {
    $pods.each |$name, $parameters| {
      rkt_pod { $name:
        ensure => absent,
        dir    => $dir,
      }
    }
  }
}
