#### simple
File { mode => '0600' }
file { '/a': }
file { '/b': mode => '0644' }
#### later default
file { '/a': }
File { mode => '0600' }
#### twice
File { mode => '1' }
File { owner => 'x' }
file { '/a': }
#### same parameter twice
File { mode => '1' }
File { mode => '2' }
#### inner scope
File { mode => '1' }
class a { File { mode => '2' } file { '/a': } }
include a
file { '/b': }
#### inner does not merge
File { mode => '1', owner => 'o' }
class a { File { mode => '2' } file { '/a': } }
include a
#### into define
Notify { message => 'dflt' }
define d { notify { $title: } }
d { 'a': }
#### append to default
File { tag => ['x'] }
file { '/a': tag => ['y'] }
#### metaparam default
File { require => Notify['n'] }
notify { 'n': }
file { '/a': }
#### undef overrides
File { mode => '1' }
file { '/a': mode => undef }
#### unknown parameter
File { nope => 1 }
file { '/a': }
#### unknown type
Nope { x => 1 }
#### default with a variable
$m = '0640'
File { mode => $m }
file { '/a': }
#### class default
class a($x = 1) { notice($x) }
Class { x => 5 }
include a
#### plus in default
File { mode +> '1' }
file { '/a': }
#### default for virtual
Notify { message => 'm' }
@notify { 'a': }
realize Notify['a']
