#### include
include sample
#### include twice
include sample
include ::sample
#### include list
include sample, sample::params
include ['sample::extra']
#### include class reference
include Class['sample']
#### contain
contain sample
#### require
require sample
notify { 'after': }
#### resource-like
class { 'sample': greeting => 'hi', port => 99 }
#### resource-like twice
class { 'sample': }
class { 'sample': }
#### include then resource-like
include sample
class { 'sample': port => 1 }
#### resource-like then include
class { 'sample': port => 1 }
include sample
#### bad parameter type
class { 'sample': port => 'x' }
#### out of range
class { 'sample': port => 0 }
#### several bad parameters
class { 'sample': port => 0, extra => 5 }
#### unknown parameter
class { 'sample': nope => 1 }
#### unknown class
include nope::x
#### unknown class resource-like
class { 'nope': }
#### missing parameter
class a($x) { }
include a
#### missing two parameters
class a($x, String $y) { }
class { 'a': }
#### defaults see earlier parameters
class a($x = 1, $y = $x + 1, $z = "${x}${y}") { notice("${x} ${y} ${z}") }
include a
#### defaults see later parameters
class a($x = $y, $y = 1) { notice("${x}") }
include a
#### inherits
class base($p = 'p') { $v = 'v' notify { 'n': message => 'base' } }
class child inherits base { Notify['n'] { message => "child ${p} ${v}" } }
include child
#### inherits and default
class a($x = 'ax') { }
class b($y = $a::x) inherits a { notice($y) }
include b
#### inherited override plus
class a { notify { 'n': tag => ['x'] } }
class b inherits a { Notify['n'] { tag +> ['y'] } }
include b
#### override without inheritance
class a { notify { 'n': message => 'a' } }
class b { Notify['n'] { message => 'b' } }
include a
include b
#### override unset parameter elsewhere
class a { notify { 'n': } }
class b { Notify['n'] { message => 'b' } }
include a, b
#### override removes with undef
class a { file { '/n': mode => '1', owner => 'x' } }
class b inherits a { File['/n'] { mode => undef } }
include b
#### unknown parent
class a inherits nope { }
include a
#### nested class
class a { class b { notify { 'in b': } } include a::b }
include a
#### relative names
class a { include b }
class b { notify { 'top b': } }
class a::b { notify { 'a b': } }
include a
#### variables of a class
include sample::params
notice($sample::params::root)
notice($::sample::params::mode)
#### variable of a class not included
notice($sample::params::root)
#### facts shadowed
class a { $kernel = 'mine' notice($kernel) notice($::kernel) notice($facts['kernel']) }
include a
#### title and name and module_name
class a { notice("${title} ${name} ${module_name} ${caller_module_name}") }
include a
#### class in a define
define d { include sample }
d { 'x': }
#### reopened class
class a { notify { 'one': } }
class a { notify { 'two': } }
include a
#### class called as define
sample { 'x': }
#### stages
stage { 'first': before => Stage['main'] }
class a { notify { 'n': } }
class { 'a': stage => 'first' }
#### unknown stage
class a { }
class { 'a': stage => 'nope' }
#### automatic parameters
include withdata
#### automatic and explicit
class { 'withdata': a => 'mine' }
#### undef means default
class a($x = 'd') { notice($x) }
class { 'a': x => undef }
#### class with type alias
class a(Sample::Port $p) { notice($p) }
class { 'a': p => 70000 }
#### class with sensitive
class a(Sensitive[String] $p) { notify { 'x': message => $p } }
class { 'a': p => Sensitive('s') }
#### return from class
class a { if true { return() } notify { 'never': } }
include a
#### class tags
class a::b::c { notify { 'n': } }
include a::b::c
#### tag function
class a { tag 'blue', 'green'; notify { 'n': } }
include a
#### tagged inside
class a { if tagged('a') { notice('yes') } if tagged('nope') { notice('no') } }
include a
#### contain edges
class a { contain b notify { 'a': } }
class b { notify { 'b': } }
class c { include b notify { 'c': } }
include a, c
#### class title case
class { 'Sample': }
#### illegal class name
class A { }
#### illegal parameter name
class a($Title) { }
#### reserved parameter
class a($title) { }
#### duplicate parameter
class a($x, $x) { }
#### class within a conditional
if true { class a { } }
#### include undef
include undef
#### include empty
include ''
#### include number
include 5
#### value of include
$x = include('sample')
notice($x)
#### circular include
class a { include b notify { 'a': } }
class b { include a notify { 'b': } }
include a
#### dynamic scope of defaults
class a { include b }
class b { notify { 'n': } }
Notify { message => 'from top' }
include a
#### metaparams of a class
notify { 'z': }
class a { notify { 'n': } }
class { 'a': require => Notify['z'], tag => 'tagged', noop => true }
#### class param lookup key merges
notice(lookup('withdata::list'))
include withdata

#### references to resources that are passed on
class a($p, $q) { notify { 'r': message => "${p} ${q} ${type($p)} ${File['/x']}" } }
define d($p) { notify { 'd': message => "${p}" } }
class { 'a': p => File['/x'], q => [File['/x'], { k => User['a'] }] }
d { 'x': p => Class['a'] }

#### iterator in a catalog
notify { 'a': message => [1, 2].reverse_each }

#### integer past the largest in a catalog
notify { 'a': message => { k => Integer('12345678901234567890') } }

#### heredoc with a syntax that what is interpolated breaks
$x = '}'
$y = @("END":json)
  {"a": ${x}}
  | END
notice($y)
#### class called main
class main { notify { 'm': } }
include main
notice(defined(Class['main']))
#### include settings
include settings
notify { 'n': require => Class['settings'] }
#### parameter require of the manifest's own class
notify { 'n': require => Class['main'] }
#### type alias over a built-in type
type Integer = String
#### type alias over a resource type
type File = String
