#= when they run, where, as whom and with what
Exec { path => ['/bin', '/usr/bin'] }
file { '/srv/job': ensure => directory, owner => 'daemon' }
exec { 'once': command => 'echo once >>/srv/once', provider => shell, creates => '/srv/once' }
exec { 'not there yet': command => 'touch /srv/unless', unless => 'test -e /srv/unless' }
exec { 'never': command => 'touch /srv/never', onlyif => ['true', 'false'] }
exec { 'where': command => 'pwd >where; id -un >>where; umask >>where; echo $GREETING >>where', provider => shell,
  cwd => '/srv/job', user => 'daemon', umask => '027', environment => ['GREETING=hello there'], creates => '/srv/job/where' }
exec { 'third time': command => 'echo try >>/srv/tries; test $(wc -l </srv/tries) = 3', provider => shell,
  tries => 5, creates => '/srv/tries' }
exec { 'odd': command => 'touch /srv/odd; exit 7', provider => shell, returns => [7], creates => '/srv/odd' }
file { '/srv/config': content => "1\n" } ~> exec { 'told': command => 'echo told >>/srv/told', provider => shell, refreshonly => true }
notify { 'all done': withpath => true, loglevel => debug } -> exec { 'last': command => 'touch /srv/last', creates => '/srv/last' }

#= refreshed by a change, once
file { ['/srv/config']: content => "2\n", notify => Exec['told'] }
file { '/srv/other': content => "2\n", notify => Exec['told'] }
exec { 'told': command => '/bin/sh -c "echo told >>/srv/told"', refreshonly => true }
