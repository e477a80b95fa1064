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

#### object with type parameters
type P = Object[{type_parameters => {p => Integer}, attributes => {p => Integer, q => {type => String, value => 'x'}}}]
notify { 'a': message => [P(1) =~ P[1], P(1) =~ P[2], P(1) =~ P, P[1] == P[1], P[1] <= P, P <= P[1], "${P[1]}"] }
notify { 'b': message => [P[1](1), type(P(1)), P[{p => 1}], P[1, 2]] }

#### object with a type parameter that is no match
type P = Object[{type_parameters => {p => Integer}, attributes => {p => Integer}}]
notice(P[x])

#### object without type parameters
type P = Object[{attributes => {p => Integer}}]
notice(P[1])

#### object that its type with parameters refuses
type P = Object[{type_parameters => {p => Integer}, attributes => {p => Integer}}]
notice(P[1](2))

#### errors as objects
$e = Error('m', 'k', {a => 1}, 'I')
notify { 'a': message => [$e, $e.message, $e.msg, $e.kind, $e.details['a'], $e.issue_code, Error('m').kind] }
notify { 'b': message => [$e =~ Error['k'], $e =~ Error[/k/], $e =~ Error['z'], $e =~ Error[default, 'I'], $e =~ Error[Enum[k]]] }
notify { 'c': message => "${Error['k', 'i']} ${Error[default, 'i']} ${Error[/k/]}" }

#### error with a method that it does not have
notice(Error('m').foo)

#### error with an argument too many
notice(Error('m').message(1))

#### derived attribute
type O = Object[{attributes => {a => Integer, d => {type => Integer, kind => derived}}}]
notice(O(1).a)
notice(O(1).d)

#### function without an implementation
type O = Object[{attributes => {a => Integer}, functions => {fn => Callable[[Integer], String]}}]
notice(O(1).fn(1))

#### function of an object with too few arguments
type O = Object[{functions => {fn => Callable[[Integer], String]}}]
notice(O().fn)

#### annotations
type An = Object[{parent => Annotation, attributes => {x => String}}]
type A = Object[{attributes => {a => Integer}, annotations => {An => {x => hi}}}]
notify { 'a': message => [An.annotate(A), An.annotate(A).x, An.annotate(5), A(1)] }
notice(A)

#### annotations that are none
type A = Object[{annotations => {Integer => {x => hi}}}]
notice(A)

#### equality without type and with attributes
type O = Object[{attributes => {a => Integer}, equality_include_type => false, equality => a}]
notice(O)

#### attribute of a kind that is none
type O = Object[{attributes => {a => {type => Integer, kind => bogus}}}]
notice(O)

#### attribute with a bad name
type O = Object[{attributes => {'1a' => Integer}}]
notice(O)

#### type set of a module
notify { 'a': message => [Geo::Point(2), Geo::Point(2, 3).y, Geo::Path([Geo::Point(1)]), Geo::Named(1, t)] }
notify { 'b': message => [Geo::Named(1, t) =~ Geo::Point, 1 =~ Geo::Either, 9 =~ Geo::Either, [1] =~ Geo::Plain, [9] =~ Geo::Plain] }
notice(Geo::Small)
notice(Geo::Point)

#### type that a set does not have
notice(Geo::Nothing)

#### type of a set that does not take a value
class a(Geo::Small $x) { notice($x) }
class { 'a': x => 7 }

#### type set with another version of Pcore
type X = TypeSet[{pcore_version => '2.0.0', version => '1.0.0'}]
notice(X)

#### type set without types
type X = TypeSet[{pcore_version => '1.0.0', version => '1.0.0', types => {}}]
notice(X)

#### type set of a manifest, once it was used
type TS = TypeSet[{pcore_version => '1.0.0', version => '1.2.3', types => {A => Integer[1, 3]}}]
$x = "${TS}"
notify { 'r': message => [TS::A, $x] }

#### type set of a manifest before it was used
type TS = TypeSet[{pcore_version => '1.0.0', version => '1.2.3', types => {A => Integer[1, 3]}}]
notice(TS::A)

#### reference to a type set in another version
type T1 = TypeSet[{pcore_version => '1.0.0', version => '1.2.3', types => {A => Integer}}]
type T2 = TypeSet[{pcore_version => '1.0.0', version => '0.1.0', references => {R => {name => 'T1', version_range => '2.x'}}, types => {B => R::A}}]
notice(T2)
