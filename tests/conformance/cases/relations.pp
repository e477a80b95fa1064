#### chain of references
notify { ['a', 'b', 'c']: }
Notify['a'] -> Notify['b'] ~> Notify['c']
#### reverse
notify { ['a', 'b']: }
Notify['a'] <- Notify['b']
Notify['a'] <~ Notify['b']
#### arrays
notify { ['a', 'b', 'c', 'd']: }
Notify['a', 'b'] -> [Notify['c'], Notify['d']]
#### collectors
notify { ['a', 'b']: tag => 't' }
notify { 'z': }
Notify<| tag == 't' |> -> Notify['z']
#### empty collector in the middle
notify { ['a', 'z']: }
Notify['a'] -> File<| |> -> Notify['z']
#### classes
class a { notify { 'a': } }
class b { notify { 'b': } }
include a, b
Class['a'] -> Class['b']
#### include in a chain
class a { }
class b { }
Class['a'] -> Class['b']
include a, b
#### resource expression chain
file { '/a': } -> notify { 'n': } ~> exec { '/bin/x': }
#### missing target
notify { 'a': }
Notify['a'] -> Notify['nope']
#### missing source
notify { 'a': }
Notify['nope'] -> Notify['a']
#### strings in a chain
notify { 'a': }
'a' -> Notify['a']
#### subscribe and notify metaparams
file { '/a': notify => Exec['/bin/x'] }
exec { '/bin/x': subscribe => File['/a'], refreshonly => true }
#### appended to existing
notify { 'a': before => Notify['b'] }
notify { ['b', 'c']: }
Notify['a'] -> Notify['c']
#### chain of a whole array variable
$all = [Notify['a'], Notify['b']]
notify { ['a', 'b', 'c']: }
$all -> Notify['c']
#### require class metaparam
class a { notify { 'a': } }
include a
notify { 'n': require => Class['a'] }
#### require undef
notify { 'n': require => undef }
#### require empty array
notify { 'n': require => [] }
#### require a string
notify { 'n': require => 'Notify[a]' }
notify { 'a': }
#### value of a chain
notify { ['a', 'b']: }
$x = Notify['a'] -> Notify['b']
notice($x)
#### define in chain with collector
define d { notify { "in ${title}": } }
d { 'a': }
D<| |> -> notify { 'last': }
#### case of titles
file { '/A': }
notify { 'x': require => File['/A'] }
#### nested arrays
notify { ['a', 'b', 'c']: require => [[File['/x']], []] }
file { '/x': }
#### self reference
notify { 'a': require => Notify['a'] }
#### cycle compiles
notify { 'a': require => Notify['b'] }
notify { 'b': require => Notify['a'] }
#### first missing relative by order of parameters
file { '/x': notify => Service['nope'], before => [File['/z'], Package['q']] }
#### a string that is no reference
notify { 'a':
  before => 'x',
}
#### a type as relative
notify { 'a': before => Notify }
#### names from the top
define foo::bar { }
class foo { }
include foo
foo::bar { 'a': before => ::Class['foo'] }
file { '/a': require => [::Foo::Bar['a']] }
notify { "${::Foo::Bar['a']} ${::File['/a']}":
  message => [::File['/a'] == File['/a'], 1 =~ ::Integer, Resource['::file', '/a'], defined(::Foo::Bar['a'])],
}
::Foo::Bar <| |> -> Notify <| |>
#### arrow and references in text
define d::e { notify { "in ${title}": } }
d::e { 'x': }
notify { ['a', 'b', 'c']: }
Notify['a'] -> 'Notify[b]' ~> "Notify['c']"
['D::E[x]', 'Notify[b]'] -> File['/t']
file { '/t': }
#### arrow and the manifest's own class
Class['main'] -> notify { 'a': }
