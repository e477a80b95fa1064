#### 001
notice(1 < 2)
#### 002
notice('a' < 'B')
#### 003
notice('abc' == 'ABC')
#### 004
notice('abc' != 'abd')
#### 005
notice([1,2] == [1,2])
#### 006
notice(['a'] == ['A'])
#### 007
notice({a => 1} == {a => 1.0})
#### 008
notice({a => 1, b => 2} == {b => 2, a => 1})
#### 009
notice(undef == '')
#### 010
notice(undef == undef)
#### 011
notice(true == 'true')
#### 012
notice('a' in 'Apple')
#### 013
notice('x' in ['X', 'y'])
#### 014
notice(2 in [1, 2])
#### 015
notice('k' in { 'K' => 1 })
#### 016
notice(/pp/ in 'apple')
#### 017
notice(/b/ in ['abc'])
#### 018
notice(Integer in [1, 'a'])
#### 019
notice(String in [1])
#### 020
notice('a' =~ /A/)
#### 021
notice('abc' =~ /^a.c$/)
#### 022
notice('abc' !~ /x/)
#### 023
notice(5 =~ Integer)
#### 024
notice(5 =~ Integer[1, 4])
#### 025
notice('5' =~ Integer)
#### 026
notice('1.2.3' =~ SemVer['>=1.0.0'])
#### 027
notice(1 < 'a')
#### 028
notice([1] < [2])
#### 029
notice(true < false)
#### 030
notice(Integer < Numeric)
#### 031
notice(Integer[1,5] <= Integer)
#### 032
notice(String > Enum['a'])
#### 033
notice(1 <= 1.0)
#### 034
notice('10' < '9')
#### 035
notice('a' > 1)
#### 036
notice(Integer == Integer[default, default])
#### 037
notice('1' == 1.0)
#### 038
notice({} == {})
#### 039
notice([] == {})
#### 040
notice(default == default)
#### 041
notice(/a/ == /a/)
#### 042
notice(SemVer('1.0.0') < SemVer('1.0.1'))
#### 043
notice(Timespan({minutes => 1}) < Timespan({hours => 1}))
#### 044
notice('abc' =~ Pattern[/b/])
#### 045
notice('abc' =~ 'b')
#### 046
notice(1 =~ /1/)
#### 047
notice(undef in [undef])
#### 048
notice('' in 'abc')
#### 049
notice([1,2] in [[1,2],3])
