#### 001
notice([1,2,3].map |$x| { $x * 2 })
#### 002
notice([1,2,3].filter |$x| { $x > 1 })
#### 003
notice([1,2,3].reduce |$a, $b| { $a + $b })
#### 004
notice([1,2,3].reduce(10) |$a, $b| { $a + $b })
#### 005
notice([1,2,3].each |$i, $x| { notice("${i}=${x}") })
#### 006
notice({a => 1, b => 2}.map |$k, $v| { "${k}${v}" })
#### 007
notice({a => 1, b => 2}.map |$p| { $p })
#### 008
notice({a => 1, b => 2}.filter |$k, $v| { $v > 1 })
#### 009
notice({a => 1}.each |$k, $v| { notice($k) })
#### 010
notice(Integer[1,3].map |$x| { $x })
#### 011
notice(3.map |$x| { $x })
#### 012
notice('abc'.map |$c| { $c })
#### 013
notice([1,2,3,4].slice(2) |$a, $b| { $a + $b })
#### 014
notice([1,2,3,4,5].slice(2).map |$x| { $x })
#### 015
notice([1,2,3].any |$x| { $x > 2 })
#### 016
notice([1,2,3].all |$x| { $x > 2 })
#### 017
notice([1,2,3].all |$x| { $x > 0 })
#### 018
notice([1,2,3].index |$x| { $x == 2 })
#### 019
notice(['a','b','a'].unique)
#### 020
notice(['a','bb','cc'].group_by |$x| { $x.length })
#### 021
notice([1,2,3,4].partition |$x| { $x > 2 })
#### 022
notice([1,2,3].step(2))
#### 023
notice(Integer[1,10].step(3).map |$x| { $x })
#### 024
notice([1,2,3].reverse_each.map |$x| { $x })
#### 025
notice({a => [1,2], b => {c => 3}}.tree_each |$p, $v| { notice("${p} ${v}") })
#### 026
notice([1,2,3].with |*$x| { $x })
#### 027
notice(with(1,2) |$a, $b| { $a + $b })
#### 028
notice(1.with |$x| { $x + 1 })
#### 029
notice([1,2,3].map |$x| { next($x + 1) })
#### 030
notice([1,2,3].map |$x| { if $x == 2 { next } $x })
#### 031
notice([1,2,3].each |$x| { if $x == 2 { break() } notice($x) })
#### 032
notice([1,2,3].map |$x| { if $x == 2 { break() } $x })
#### 033
notice([[1,2],[3,4]].map |$a, $b| { $a })
#### 034
notice([[1,[2]],[3,[4]]].map |$a| { $a[1] })
#### 035
notice({a => 1}.reduce |$m, $x| { $x })
#### 036
notice({a => 1, b => 2}.reduce({}) |$m, $kv| { $m + { $kv[1] => $kv[0] } })
#### 037
notice([1,2].map |Integer $x| { $x })
#### 038
notice(['a'].map |Integer $x| { $x })
#### 039
notice([1,2].map |$x, $y, $z| { $x })
#### 040
notice([1].map)
#### 041
notice([3,1,2].sort |$a, $b| { compare($b, $a) })
#### 042
notice(['b','A','c'].sort)
#### 043
notice([1,2,3].lest || { 1 })
#### 044
notice(undef.lest || { 5 })
#### 045
notice(undef.then |$x| { 1 })
#### 046
notice(5.then |$x| { $x + 1 })
#### 047
notice({a => {b => 3}}.dig('a','b'))
#### 048
notice({a => 1}.get('a'))
#### 049
notice([1,[2,3]].get('1.0'))
#### 050
notice(get({a => {b => [5]}}, 'a.b.0'))
#### 051
notice([1,2,3].max)
#### 052
notice(max(1, 3, 2))
#### 053
notice(min('b','a'))
#### 054
notice([1,2,3].join('-'))
#### 055
notice([1,[2,[3]]].join(','))
#### 056
notice({a=>1}.join(','))
#### 057
notice(split('a,b,c', ','))
#### 058
notice(split('a1b2', /\d/))
#### 059
notice([1,2].each |$x| { $y = $x })
#### 060
notice(filter([1,undef,2]) |$x| { $x })
#### 061
notice([0,1].zip(['a','b']))
#### 062
notice([1,2,3].first)
#### 063
notice(range(1,3))
#### 064
notice([1,1,2].count(1))
#### lambda takes fewer than it is given
notice(with(1, 2, 3) |$a| { $a }, with(1, 2, 3) |$a, $b| { [$a, $b] }, 'x'.with || { 'none' })
notice(with(1, 2, 3) |Integer $a, Integer $b = 9| { $a + $b }, with(1) |$a, *$b| { $b })
with('x', 2, 3) |Integer $a| { $a }
#### block for a function of the older interface
notice(sprintf('%s', 1) |$x| { $x }, old_style('a') || { 1 })
fail("no") |$x| { 1 }
