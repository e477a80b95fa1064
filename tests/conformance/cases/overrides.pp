#### same scope
notify { 'a': }
Notify['a'] { message => 'x' }
#### same scope set already
notify { 'a': message => 'y' }
Notify['a'] { message => 'x' }
#### several
notify { ['a', 'b']: }
Notify['a', 'b'] { message => 'x' }
#### missing
Notify['a'] { message => 'x' }
#### before the resource
Notify['a'] { message => 'x' }
notify { 'a': }
#### from define
define d { Notify['a'] { message => 'x' } }
notify { 'a': }
d { 'x': }
#### append
notify { 'a': tag => 'x' }
Notify['a'] { tag +> 'y' }
#### unknown parameter
notify { 'a': }
Notify['a'] { nope => 1 }
#### splat
notify { 'a': }
Notify['a'] { * => { 'message' => 'x' } }
#### grandchild
class a { notify { 'n': message => 'a' } }
class b inherits a { Notify['n'] { message => 'b' } }
class c inherits b { Notify['n'] { message => 'c' } }
include c
#### tag metaparam
notify { 'a': }
Notify['a'] { tag => 'blue', require => Notify['b'] }
notify { 'b': }
