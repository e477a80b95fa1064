#= installed, one at a version, from a repository of the tests' own
package { 'demo': ensure => '1.0' }
package { 'demo-tools': }

#= upgraded, with a configuration that somebody changed
#$ echo 'edited = here' >>/etc/demo.conf
package { 'demo': ensure => latest }
package { 'demo-tools': ensure => installed }

#= held at its version
package { 'demo':
  ensure => installed,
  mark   => hold,
}

#= one step back, though it is held
package { 'demo':
  ensure => '1.0',
  mark   => hold,
}

#= removed, its configuration left
package { 'demo-tools': ensure => absent }
package { 'demo': ensure => absent }

#= purged
package { ['demo', 'demo-tools']: ensure => purged }
