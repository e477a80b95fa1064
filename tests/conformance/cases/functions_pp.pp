#### simple
function double($x) { $x * 2 }
notice(double(4))
#### defaults and rest
function f($a, $b = 5, *$rest) { "${a} ${b} ${rest}" }
notice(f(1))
notice(f(1, 2, 3, 4))
#### typed
function f(Integer $x) >> String { "${x}" }
notice(f(1))
notice(f('a'))
#### wrong return
function f() >> Integer { 'x' }
notice(f())
#### too many
function f($a) { }
f(1, 2)
#### too few
function f($a, $b) { }
f(1)
#### block parameter
function f($x, Callable[1] &$block) { $block($x) }
#### recursion
function fib(Integer $n) { if $n < 2 { $n } else { fib($n - 1) + fib($n - 2) } }
notice(fib(10))
#### endless recursion is an error
function f($n) { f($n + 1) }
f(0)
#### typed rest
function f(Integer *$n) { $n.reduce |$a, $b| { $a + $b } }
notice(f(1, 2, 3))
notice(f(1, 'x'))
#### namespaced
function sample::local($x) { $x }
notice(sample::local(1))
#### as method
function twice($x) { [$x, $x] }
notice('a'.twice)
#### resources inside
function mk($n) { notify { "made ${n}": } }
mk('x')
#### sees no caller
function f() { $hidden }
class c { $hidden = 1 notice(f() =~ Undef) }
include c
#### lambda value
function apply_it($x) { $x.map |$y| { $y + 1 } }
notice(apply_it([1, 2]))
#### redefinition
function f() { 1 }
function f() { 2 }
#### overrides builtin
function upcase($x) { 'mine' }
notice(upcase('a'))
#### default sees earlier
function f($a, $b = $a + 1) { $b }
notice(f(1))
#### empty body
function f() { }
notice(f() =~ Undef)
#### rest with default
function f(*$r = [1]) { $r }
notice(f())
#### optional before required
function f($a = 1, $b) { }
#### statement call
function say($x) { notice($x) }
say('hi')
#### splat call
function f($a, $b) { "${a}${b}" }
notice(f(*[1, 2]))
#### named as a keyword
function if() { }
#### variant parameter
function f(Variant[String, Array[String]] $x) { [$x].flatten }
notice(f('a'))
notice(f(['a', 'b']))
notice(f([1]))
