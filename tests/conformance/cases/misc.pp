#### create_resources
create_resources('notify', { 'a' => { 'message' => 'x' }, 'b' => {} })
#### create_resources defaults
create_resources(file, { '/a' => { 'mode' => '1' }, '/b' => {} }, { 'mode' => '2', 'owner' => 'o' })
#### create_resources virtual
create_resources('@notify', { 'a' => {} })
realize Notify['a']
#### create_resources class
create_resources('class', { 'sample' => { 'port' => 5 } })
#### create_resources define
create_resources('sample::site', { 'a' => {}, 'b' => { 'ensure' => 'absent' } })
#### create_resources unknown
create_resources('nope', { 'a' => {} })
#### create_resources wrong hash
create_resources('notify', { 'a' => 5 })
#### create_resources exported
create_resources('@@notify', { 'a' => {} })
#### defined after
notify { 'a': }
notice(defined(Notify['a']), defined(Notify['b']), defined('sample::site'), defined(Class['sample']))
include sample
notice(defined(Class['sample']))
#### tags of resources
notify { 'a.b-c': tag => ['X', 'y::z', 'with space'] }
#### invalid tag
notify { 'a': tag => 'bad tag!' }
#### tag number
notify { 'a': tag => 5 }
#### tagged class
class c { notice(tagged('c')) notice(tagged('main')) }
include c
#### heredocs
$a = @(END)
  plain $kernel \n
  END
$b = @("END"/nt)
  inter ${kernel}\tx
    | END
$c = @(END/L)
  joined \
  line
  |- END
notice("[${a}][${b}][${c}]")
#### two heredocs on a line
notice(@(A), @(B))
first
A
second
| B
#### heredoc json
$j = @("END":json)
  {"a": 1}
  | END
notice($j)
#### heredoc bad json
$j = @("END":json)
  {"a": 
  | END
#### comments
# one
notice('a') # two
/* three
lines */ notice('b')
#### unicode
notify { 'ünïcödé ✓': message => '日本' }
#### statement without effect
'just a string'
#### literal without effect in the middle
1
notice('x')
#### comparison without effect
1 == 1
notice('x')
#### last literal in a class
class c { 'value' }
include c
#### syntax error
notify { 'a' message => 1 }
#### unclosed brace
class c {
  notify { 'a': }
#### unclosed string
notify { 'a
#### unexpected end
$x =
#### two errors
$x = = 1
class { }
#### reserved word
$x = attr
notice(plan)
#### stray closing
}
#### missing comma
notify { 'a': message => 'x' tag => 'y' }
#### bad type name
file::X { 'a': }
#### arrow without sides
-> Notify['a']
#### assignment of literal
1 = 2
#### assign to element
$a = [1]
$a[0] = 2
#### call of a string
'notice'('x')
#### numbers as titles in references
notify { '5': }
notify { 'b': require => Notify[5] }
#### type reference errors
notify { 'b': require => Notify['a', 5] }
#### class reference undef
notice(Class[undef])
#### resource reference no title
notice(File[])
#### exported define
@@sample::site { 'x': }
#### strings as class names
include 'sample'
include "samp${'le'}"
#### stage metaparam on resource
notify { 'a': stage => 'x' }
#### resource attribute type
notify { 'a': message => Notify['a'] }
#### getvar on class
include sample::params
notice(getvar('sample::params::root'))
#### contain and order
contain sample
notify { 'n': } -> Class['sample']
#### notice levels
notice('n')
warning('w')
err('e')
info('i')
#### notice of many
notice('a', [1, 2], { 'k' => undef }, undef, true)
#### undef in strings
notify { 'a': message => "x${undef}y" }
#### fail
fail('told you')
#### fail in class
class c { fail("in ${title}") }
include c
#### error in define
define d { fail('deep') }
d { 'x': }
#### assert in define
define d { assert_type(Integer, $title) }
d { 'x': }
#### lambda without parameters
[1, 2].each { }
#### type call
notice(Integer('5') + 1)
#### method on literal
notice('a,b'.split(',').map |$x| { $x.upcase }.join('+'))
#### method chain over lines
$r = [3, 1, 2]
  .sort
  .map |$x| { $x * 10 }
notice($r)
#### hash in call
notice({ 'a' => 1 }.map |$k, $v| { $k })
#### nested hash access
$h = { 'a' => { 'b' => [10, 20] } }
notice($h['a']['b'][1])
notice($h[a][b][-1])
#### interpolation of access
$h = { 'a' => { 'b' => [10, 20] } }
notice("${h['a']['b'][0]} ${h[a]}")
#### trusted and server facts
notice($trusted)
notice($server_facts['servername'])
#### module name in a module
include sample::sub::deep
notice($sample::sub::deep::value)
#### native type of a module
sample_thing { 'a': ensure => present, size => 5 }
#### native type of a module wrong parameter
sample_thing { 'a': nope => 5 }
#### schedule of unknown
notify { 'a': schedule => 'nope' }
#### duplicate class and resource names
class a { }
define a { }
#### type expression as parameter default
class c(Type $t = Integer) { notice($t) }
include c
#### long chain of operators
notice(1 + 2 == 3 and 'a' in 'abc' or false != true)
#### regex with slashes
notice('a/b' =~ /a\/b/)
#### division not regex
$a = 10
notice($a / 2 / 5)
#### minus spacing
$a = 5
notice($a -1)
notice($a - 1)
#### empty manifest

#### only a comment
# nothing here
#### create_resources with titles that are numbers
define d { notify { "in ${name}": } }
create_resources('d', { 5 => {} })
create_resources('notify', { 6 => {} })
#### a hash as tag
notify { 'a': tag => {} }
notify { 'b': tag => { c => 'd' } }
