#### simple
define d($x = 1) { notify { "${title} ${x}": } }
d { 'a': }
d { 'b': x => 2 }
#### from a module
sample::site { 'www': aliases => ['a'], options => { 'k' => 'v' } }
#### bad enum
sample::site { 'www': ensure => 'maybe' }
#### bad element
sample::site { 'www': aliases => ['a', 5] }
#### bad hash value
sample::site { 'www': options => { 'a' => [1] } }
#### unknown parameter
sample::site { 'www': nope => 1 }
#### missing parameter
define d($x) { }
d { 'a': }
#### name and title
define d { notify { "${name} ${title}": } }
d { 'x': }
#### nested defines
define outer { inner { "${title}-i": } }
define inner { notify { $title: } }
outer { 'o': }
#### relationship to a define
define d { notify { $title: } }
d { 'a': } -> d { 'b': }
notify { 'last': require => D['a'] }
#### metaparams inherited
define d { notify { $title: } file { "/${title}": } }
d { 'a': tag => 'blue', noop => true, schedule => 's', require => Notify['z'] }
notify { 'z': }
schedule { 's': }
#### recursion
define d($n) { if $n > 0 { d { "d${n}": n => $n - 1 } } }
d { 'top': n => 3 }
#### endless recursion is caught
define d($n) { if $n < 5 { d { "${title}x": n => $n + 1 } } else { notify { $title: } } }
d { 't': n => 0 }
#### same define twice
define d { }
define d { }
#### define shadows a type
define notify { }
#### virtual define
define d { notify { $title: } }
@d { 'a': }
realize D['a']
#### unrealized define
define d { notify { $title: } }
@d { 'a': }
#### variables do not leak
define d { $v = $title }
d { 'a': }
notice($v)
#### outer variables are not seen
class c { $secret = 1 d { 'x': } }
define d { notice("got ${secret}") }
include c
#### defaults see title
define d($x = "dflt-${title}") { notify { $x: } }
d { 'a': }
#### typed with alias
define d(Sample::Port $p) { notify { "${p}": } }
d { 'a': p => 80 }
#### return
define d { if $title == 'a' { return() } notify { $title: } }
d { ['a', 'b']: }
#### splat into define
define d($a, $b) { notify { "${a}${b}": } }
d { 'x': * => { 'a' => 1, 'b' => 2 } }
#### undef uses default
define d($x = 'dflt') { notify { $x: } }
d { 'a': x => undef }
#### lambda inside
define d { [1, 2].each |$i| { notify { "${title}${i}": } } }
d { 'a': }
#### override of a define parameter
define d($x = 1) { notify { "n${x}": } }
d { 'a': }
D['a'] { x => 5 }
#### default of a define
define d($x = 1) { notify { "n${x}": } }
D { x => 7 }
d { 'a': }
#### missing define in module
sample::nope { 'x': }
#### name with colons
define a::b { notify { "${title}": } }
a::b { 'x': }
A::B['x'] -> notify { 'after': }
#### edges inside
define d { notify { 'one': } -> notify { 'two': } }
d { 'a': }
#### define called as a type of the core modules
define cron { notify { "cron ${title}": } }
cron { 'y': }
Cron['y'] -> notify { 'n': }
#### parameter of an unknown type
define d(Optional[Nope] $x) { }
class c { d { 'x': x => 1 } }
include c
