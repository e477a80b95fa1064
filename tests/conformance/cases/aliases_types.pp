#### alias
type Port = Integer[1, 65535]
notice(80 =~ Port)
notice(Port)
#### alias from module
notice(80 =~ Sample::Port)
notice(0 =~ Sample::Port)
#### recursive
notice({a => 1, b => {c => 2}} =~ Sample::Tree)
notice({a => 'x'} =~ Sample::Tree)
#### alias of alias
type A = Sample::Port
type B = Optional[A]
notice(undef =~ B)
#### parameter mismatch
function f(Sample::Port $p) { }
f('x')
#### struct alias
type S = Struct[{ name => String[1], Optional[port] => Sample::Port }]
notice({ name => 'x' } =~ S)
notice({ name => '' } =~ S)
class c(S $s) { }
class { 'c': s => { name => 'x', port => 'y' } }
#### unknown in alias
type X = Nope
notice(1 =~ X)
#### self reference
type X = X
notice(1 =~ X)
#### new of an alias
notice(Sample::Port('80'))
notice(Sample::Port('0'))
#### object type
type Car = Object[{ attributes => { wheels => { type => Integer, value => 4 }, name => String } }]
$c = Car('vw')
notice($c.name)
notice($c.wheels)
notice($c)
#### object by hash
type P = Object[attributes => { x => Integer, y => { type => Integer, value => 0 } }]
$p = P({ x => 3 })
notice("${p.x} ${p.y}")
notice($p =~ P)
#### object inheritance
type Base = Object[{ attributes => { a => Integer } }]
type Child = Object[{ parent => Base, attributes => { b => Integer } }]
notice(Child(1, 2).a)
notice(Child(1, 2) =~ Base)
#### object wrong attribute
type P = Object[{ attributes => { x => Integer } }]
P('a')
#### object missing attribute
type P = Object[{ attributes => { x => Integer } }]
P()
#### variant of enum
type E = Variant[Enum['a'], Enum['b']]
notice('b' =~ E)
#### alias redefinition
type A = Integer
type A = String
#### lower case alias
type a = Integer
#### pattern alias in class
type H = Pattern[/\A[a-z]+\z/]
class c(H $h) { }
class { 'c': h => 'UPPER' }
#### optional alias in define
define d(Optional[Sample::Port] $p = undef) { notify { "${title} ${p}": } }
d { 'a': }
#### tuple mismatch
function f(Tuple[Integer, String] $t) { }
f([1, 2])
#### array size mismatch
function f(Array[Integer, 2] $t) { }
f([1])
#### hash key mismatch
function f(Hash[String[1], Integer] $t) { }
f({ '' => 1 })
#### struct mismatch keys
function f(Struct[{ a => Integer, b => String }] $t) { }
f({ a => 1, c => 2 })
#### enum mismatch
function f(Enum['a', 'b'] $t) { }
f('c')
#### callable mismatch
function f(Integer $a, String $b, Boolean $c = true) { }
f('x', 1, 2)
#### not undef
function f(NotUndef $x) { }
f(undef)
#### type parameter
function f(Type[Numeric] $t) { $t }
notice(f(Integer))
f(String)
#### sensitive parameter
function f(Sensitive[Integer] $s) { $s.unwrap }
notice(f(Sensitive(5)))
f(Sensitive('x'))
f(5)
