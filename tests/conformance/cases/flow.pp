#### if elsif else
if false { notice(1) } elsif true { notice(2) } else { notice(3) }
#### if value
$x = if true { 'a' } else { 'b' }
notice($x)
#### if without else value
$x = if false { 'a' }
notice($x =~ Undef)
#### unless
unless false { notice('u') } else { notice('e') }
#### unless value
notice(unless true { 1 } else { 2 })
#### case
case $kernel { 'linux': { notice('lower') } 'Linux': { notice('upper') } default: { notice('d') } }
#### case regex captures
case 'abc123' { /([a-z]+)(\d+)/: { notice("${1} ${2}") } default: { } }
#### case list
case 'b' { 'a', 'b': { notice('ab') } default: { notice('d') } }
#### case type
case 5 { String: { notice('s') } Integer[1, 9]: { notice('small') } default: { notice('d') } }
#### case splat
$l = ['x', 'y']
case 'y' { *$l: { notice('in list') } default: { notice('d') } }
#### case default first
case 'a' { default: { notice('d') } 'a': { notice('a') } }
#### case value
$x = case 1 { 1: { 'one' } default: { 'other' } }
notice($x)
#### case no match
$x = case 1 { 2: { 'two' } }
notice($x =~ Undef)
#### case number and string
case '1' { 1: { notice('number') } default: { notice('d') } }
#### case array
case [1, 'a'] { [1, 'A']: { notice('same') } default: { notice('d') } }
#### case tuple type
case [1, 'a'] { Tuple[Integer, String]: { notice('tuple') } default: { notice('d') } }
#### case hash
case {a => 1} { {a => 1}: { notice('same') } default: { notice('d') } }
#### case undef
case $nope { undef: { notice('undef') } default: { notice('d') } }
#### case empty string and undef
case undef { '': { notice('empty') } default: { notice('d') } }
#### selector
notice($kernel ? { 'Linux' => 'l', default => 'd' })
#### selector no match
$x = 'a' ? { 'b' => 1 }
#### selector regex
notice('abc' ? { /a(.)c/ => "got ${1}", default => 'd' })
#### selector nested
notice('a' ? { 'a' => 'b' ? { 'b' => 'deep', default => 'x' }, default => 'd' })
#### selector single
notice('a' ? { default => 'd' })
#### selector in parameter
file { '/a': ensure => $kernel ? { 'Linux' => file, default => absent } }
#### selector type
notice(5 ? { String => 's', Integer => 'i' })
#### if match sets captures
if 'ab' =~ /(a)(b)/ { notice("${1}${2}") }
notice("after ${1}")
#### captures are local
if 'x' =~ /(x)/ { if 'y' =~ /(y)/ { notice($1) } notice($1) }
#### truthiness
['', undef, false, [], {}, 0, '0'].each |$v| { if $v { notice("${v} is true") } else { notice("${v} is false") } }
#### variables in branches leak
if true { $v = 1 }
notice($v)
#### nested blocks
if true { if true { if true { notice('deep') } } }
#### else if
if false { } else { if true { notice('x') } }
#### unless elsif
unless true { } elsif true { }
#### function return
function f($x) { if $x { return('early') } 'late' }
notice(f(true))
notice(f(false))
#### next in top
next()
#### break outside
break()
#### chained comparison
notice(1 < 2 == true)
#### in precedence
notice(!('a' in ['b']))
notice('a' in ['a'] and true)
#### arrow precedence
$x = 1 + 2 * 3 - 4 / 2 % 3 << 1
notice($x)
