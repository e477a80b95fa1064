#### virtual realized
@notify { ['a', 'b']: }
realize Notify['a']
#### realize many
@notify { ['a', 'b', 'c']: }
realize(Notify['a'], [Notify['b']])
#### realize missing
realize Notify['nope']
#### all
@notify { ['a', 'b']: }
Notify<| |>
#### by title
@notify { ['a', 'b']: }
Notify<| title == 'a' |>
#### by parameter
@file { '/a': mode => '1' }
@file { '/b': mode => '2' }
File<| mode == '1' |>
#### not equal
@file { '/a': mode => '1' }
@file { '/b': mode => '2' }
File<| mode != '1' |>
#### and or
@user { 'a': uid => 1, groups => ['x', 'y'] }
@user { 'b': uid => 2, groups => ['y'] }
@user { 'c': uid => 3 }
User<| (uid == 1 or uid == 2) and groups == 'x' |>
#### tag
@notify { 'a': tag => 'blue' }
@notify { 'b': tag => ['red', 'blue'] }
@notify { 'c': }
Notify<| tag == 'blue' |>
#### tag not
@notify { 'a': tag => 'blue' }
@notify { 'c': }
Notify<| tag != 'blue' |>
#### override
notify { 'a': message => 'x' }
Notify<| title == 'a' |> { message => 'y' }
#### override append
notify { 'a': tag => ['x'] }
Notify<| title == 'a' |> { tag +> ['y'] }
#### override virtual
@notify { 'a': }
Notify<| |> { message => 'set' }
#### collector of classes
Class<| |>
#### unknown type
Nope<| |>
#### lower case variable in query
$want = 'a'
@notify { ['a', 'b']: }
Notify<| title == $want |>
#### exported not collected
@@notify { 'a': }
#### exported collected
@@notify { 'a': tag => 'x' }
Notify<<| tag == 'x' |>>
#### exported collector does not take virtual
@notify { 'v': }
Notify<<| |>>
#### collector sees later resources
Notify<| tag == 'late' |>
class c { @notify { 'l': tag => 'late' } }
include c
#### collector inside define
define d { Notify<| tag == $title |> }
@notify { 'x': tag => 'x' }
d { 'x': }
#### virtual twice
@notify { 'a': }
@notify { 'a': }
#### collector in class
class c { Notify<| title == 'a' |> }
@notify { 'a': }
include c
#### collects plain define
@sample::site { 'v': }
Sample::Site<| |>
#### value of a collector
$x = Notify<| |>
notice($x)
#### undef query
@notify { 'a': }
@file { '/x': mode => '1' }
File<| mode == undef |>
#### attribute that no one has
@notify { 'a': }
Notify<| nope == 'x' |>
#### override unknown attribute
notify { 'a': }
Notify<| |> { nope => 1 }
#### array parameter
@user { 'a': groups => ['x'] }
User<| groups == ['x'] |>
#### title list
@notify { ['a','b']: }
Notify<| title == 'a' or title == 'b' |> -> notify { 'z': }
