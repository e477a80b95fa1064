#### 001
notice([1,2] + [3])
#### 002
notice([1,2] + 3)
#### 003
notice([1] + {a => 1})
#### 004
notice([1,2,3,2] - [2])
#### 005
notice([1] << 2)
#### 006
notice([1] << [2])
#### 007
notice({a => 1} + {b => 2})
#### 008
notice({a => 1} + {a => 2})
#### 009
notice({a => 1, b => 2} - 'a')
#### 010
notice({a => 1, b => 2} - ['a', 'b'])
#### 011
notice({a => 1} - {a => 9})
#### 012
notice([1,2,3][0])
#### 013
notice([1,2,3][-1])
#### 014
notice([1,2,3][1,2])
#### 015
notice([1,2,3][1,-1])
#### 016
notice([1,2,3][5])
#### 017
notice([1,2,3][-2,2])
#### 018
notice({a => 1}['a'])
#### 019
notice({a => 1}['b'])
#### 020
notice({a => {b => 2}}['a']['b'])
#### 021
notice({a => 1, b => 2}['a', 'b'])
#### 022
notice([[1,2],[3]])
#### 023
notice([1, [2, [3]]].flatten)
#### 024
notice({1 => a, 'x' => b})
#### 025
notice({[1] => a})
#### 026
notice({a => 1,})
#### 027
notice([1,])
#### 028
notice([])
#### 029
notice({})
#### 030
notice([*[1,2], 3])
#### 031
notice([*{a => 1}])
#### 032
notice([*1, *[2]])
#### 033
notice({a => 1, a => 2})
#### 034
notice([1,2,3].length)
#### 035
notice({a => undef})
#### 036
notice([undef, ''])
#### 037
notice({true => 1, false => 2})
#### 038
notice({1 => a, 1.0 => b})
#### 039
notice({undef => 1})
#### 040
notice([1,2] == [1,2,3])
#### 041
notice(['a','b']['x'])
#### 042
notice({a => 1}.keys)
#### 043
notice({a => 1}.values)
#### 044
notice([1,2,3] - [4])
#### 045
notice([3,1,2].sort)
#### 046
notice([{a => 1}, {b => 2}].reduce |$m, $x| { $m + $x })
#### 047
notice([1,2,3].slice(2))
#### 048
notice([1] - 1)
#### 049
notice({a=>1} << {b=>2})
#### 050
notice($facts['nope']['deeper'])
