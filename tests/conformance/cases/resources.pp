#### simple
notify { 'a': message => 'hi' }
#### several bodies
notify { 'a': message => 'x'; 'b': message => 'y', }
#### array of titles
file { ['/a', '/b']: ensure => file, mode => '0644' }
#### duplicate
notify { 'a': }
notify { 'a': }
#### duplicate by path
file { '/a': }
file { 'b': path => '/a' }
#### unknown type
nosuch { 'a': }
#### unknown parameter
file { '/a': nope => 1 }
#### parameter twice
file { '/a': mode => '1', mode => '2' }
#### undef parameter
file { '/a': mode => undef, ensure => file }
#### splat
$h = { 'ensure' => file, 'mode' => '0600' }
file { '/a': * => $h, owner => 'root' }
#### splat of a non-hash
file { '/a': * => 5 }
#### splat conflict
file { '/a': mode => '1', * => { 'mode' => '2' } }
#### default body
file { default: mode => '0600', owner => 'x'; '/a': ; '/b': mode => '0644' }
#### two default bodies
file { default: mode => '1'; default: mode => '2'; '/a': }
#### empty title
notify { '': }
#### undef title
notify { $nope: }
#### integer title
notify { 5: }
#### hash title
notify { {a => 1}: }
#### empty array of titles
notify { []: }
#### nested array of titles
notify { [['a'], 'b']: }
#### type name as expression
Resource['notify'] { 'x': message => 'y' }
#### type as string
$t = 'notify'
Resource[$t] { 'x': }
#### type name bracketed title
File['/a'] { mode => '1' }
#### booleans and numbers
file { '/a': recurse => true, recurselimit => 3 }
#### hash and array parameters
exec { 'x': command => ['/bin/echo', 'a'], environment => ['A=1', 'B=2'], path => '/bin' }
#### relationship metaparams
notify { 'a': }
notify { 'b': require => Notify['a'], before => [Notify['c'], Notify['d']] }
notify { ['c', 'd']: }
#### missing require
notify { 'b': require => Notify['nope'] }
#### missing class require
notify { 'b': require => Class['nope'] }
#### noop and loglevel
notify { 'a': noop => true, loglevel => 'debug', tag => ['x', 'y'], alias => 'other' }
#### alias clash
notify { 'a': }
notify { 'b': alias => 'a' }
#### title with quotes
notify { "it's \"x\"": }
notify { "a b[c]": }
#### value of a resource expression
$r = notify { 'a': }
notice($r)
#### resource in an if
if $kernel == 'Linux' { notify { 'linux': } } else { notify { 'other': } }
#### capital type
Notify { 'a': }
#### namespaced unknown
foo::bar { 'x': }
#### schedule and stage
schedule { 'daily': period => 'daily', repeat => 2 }
notify { 'a': schedule => 'daily' }
#### exec title command
exec { '/bin/true': refreshonly => true, subscribe => File['/x'] }
file { '/x': }
#### user and group
group { 'g': gid => 500 }
user { 'u': uid => 500, gid => 'g', groups => ['a', 'b'], managehome => true }
#### package and service
package { 'vim': ensure => installed }
-> service { 'x': ensure => running, enable => true, provider => 'base', start => '/bin/a' }
#### file with name
file { 'conf': path => '/etc/x', content => "a\nb" }
#### trailing slash titles
file { '/a/': }
file { '/b': }
#### heredoc content
file { '/a': content => @("END") }
  on ${kernel}
    indented
  | END
#### title is name variable
notify { "${title}-x": message => $name }
#### override own parameter order
file { '/a': owner => 'b', ensure => file, mode => '0600', content => 'x' }
#### sensitive
file { '/a': content => Sensitive('secret') }
user { 'u': password => Sensitive.new('p') }
#### sensitive in array
exec { 'x': command => '/bin/a', environment => [Sensitive('A=1')] }
#### deferred
file { '/a': content => Deferred('sprintf', ['%s', 'x']) }
#### deferred new
notify { 'a': message => Deferred('unwrap', [Sensitive('x')]) }
#### binary
file { '/a': content => Binary('aGk=') }
#### types as values
notify { 'a': message => Integer }
notify { 'b': message => [File['/x'], Class['main']] }
#### regexp value
notify { 'a': message => /x/ }
#### semver value
notify { 'a': message => SemVer('1.2.3') }
#### hash with integer keys
notify { 'a': message => { 1 => 'x' } }
#### default as a value
notify { 'a': message => default }
#### long line of arrows
notify { 'a': } -> notify { 'b': } ~> notify { 'c': } <- notify { 'd': } <~ notify { 'e': }
#### nested quotes
notify { 'q': message => "a 'b' \"c\" ${"d \"e\""}" }
#### cron core type
cron { 'x': command => 'y', hour => 2 }
#### one package name from two providers
package { 'a': provider => 'gem' }
package { 'b': name => 'a', provider => 'apt' }
package { 'c': name => 'a' }
notify { 'x': require => Package['a', 'b'] }
#### one package name twice from the same provider
package { 'a': }
package { 'b': name => 'a' }
