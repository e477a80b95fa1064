#### reassign
$a = 1
$a = 2
#### multiple
[$a, $b] = [1, 2]
notice("${a} ${b}")
#### multiple nested
[$a, [$b, $c]] = [1, [2, 3]]
notice("${a} ${b} ${c}")
#### multiple from hash
[$a, $b] = { 'a' => 1, 'b' => 2 }
notice("${a} ${b}")
#### multiple wrong count
[$a, $b] = [1]
#### multiple missing key
[$a, $z] = { 'a' => 1 }
#### multiple from class
[$root, $mode] = Class['sample::params']
#### chain assign
$a = $b = 5
notice("${a} ${b}")
#### unknown
notice($nope)
#### unknown qualified
notice($nope::x)
#### reserved trusted
$trusted = 1
#### reserved facts
$facts = 1
#### numeric
$1 = 'x'
#### underscore
$_a = 1
notice($_a)
#### qualified assign
$a::b = 1
#### capital
$A = 1
#### plus assign
$a = [1]
$a += [2]
#### fact as variable
notice($osfamily)
notice($facts['os']['family'])
#### fact reassigned at top
$kernel = 'x'
#### top scope from class
$t = 'top'
class c { notice($t) notice($::t) }
include c
#### local shadows
$t = 'top'
class c { $t = 'class' notice($t) notice($::t) }
include c
#### lambda scope
$x = 1
[5].each |$x| { notice($x) }
notice($x)
#### lambda cannot leak
[5].each |$y| { $inner = $y }
notice($inner)
#### undef assign
$u = undef
notice($u =~ Undef)
#### function scope
$t = 'top'
function f() { $t }
notice(f())
#### name with digits
$a1b2 = 'x'
notice($a1b2)
#### settings
notice($settings::environment)
#### class variable before include
notice($sample::params::root)
include sample::params
#### hash access of undef
notice($nope['a'])
#### interpolated unknown
notice("x${nope}y")
#### module names outside of modules
class c { notice($module_name == '', $caller_module_name == '', defined('$caller_module_name')) include d }
class d { e { 'x': } }
define e { notice("[${module_name}] [${caller_module_name}]", $caller_module_name == undef) }
include c
notice($module_name == '', $caller_module_name == undef)
#### assignment to module_name
$module_name = 1
#### assignment to module_name in a class
class c { $module_name = 1 }
include c
#### assignment to caller_module_name in a class
class c { $caller_module_name = 1 }
include c
#### lambda parameter facts
[1].each |$facts| { notice($facts) }
#### server facts in order
notice($server_facts.keys)
