#### 001
notice(type(1))
#### 002
notice(type('a'))
#### 003
notice(type([1, 'a']))
#### 004
notice(type({a => 1}))
#### 005
notice(type(undef))
#### 006
notice(type(default))
#### 007
notice(type(1.5))
#### 008
notice(type(true))
#### 009
notice(type(/a/))
#### 010
notice(type(Integer))
#### 011
notice(type(File['/a']))
#### 012
notice(type(Class['a']))
#### 013
notice(type([]))
#### 014
notice(type({}))
#### 015
notice(type([1,2], 'generalized'))
#### 016
notice(type('abc', 'reduced'))
#### 017
notice(type(Sensitive('x')))
#### 018
notice(type(SemVer('1.2.3')))
#### 019
notice(type(Timespan(5)))
#### 020
notice(type(Binary('YWJj')))
#### 021
notice(type([[1],['a']]))
#### 022
notice(type({a => {b => [1]}}))
#### 023
notice(Integer[1, 5])
#### 024
notice(Integer[5, 1])
#### 025
notice(String[1, 10])
#### 026
notice(String[3])
#### 027
notice(Array[Integer, 1, 3])
#### 028
notice(Array[String])
#### 029
notice(Hash[String, Integer])
#### 030
notice(Hash[String, Integer, 1])
#### 031
notice(Struct[{a => Integer, Optional['b'] => String}])
#### 032
notice(Struct[{a => Integer, b => Optional[String]}])
#### 033
notice(Tuple[Integer, String])
#### 034
notice(Tuple[Integer, String, 1, 5])
#### 035
notice(Variant[Integer, String])
#### 036
notice(Optional[Integer])
#### 037
notice(Optional['a'])
#### 038
notice(NotUndef[String])
#### 039
notice(Enum['b', 'a'])
#### 040
notice(Enum['a', true])
#### 041
notice(Pattern[/a/, 'b'])
#### 042
notice(Regexp[/a/])
#### 043
notice(Callable[Integer, String])
#### 044
notice(Callable[[Integer], String])
#### 045
notice(Callable[0, 1])
#### 046
notice(Type[Integer])
#### 047
notice(Sensitive[String])
#### 048
notice(Iterable[Integer])
#### 049
notice(Collection[1, 2])
#### 050
notice(Resource['file', '/a'])
#### 051
notice(Resource['file'])
#### 052
notice(File['/a', '/b'])
#### 053
notice(Class['foo::bar'])
#### 054
notice(Class)
#### 055
notice(Resource)
#### 056
notice(CatalogEntry)
#### 057
notice(Any)
#### 058
notice(Data)
#### 059
notice(RichData)
#### 060
notice(Scalar)
#### 061
notice(ScalarData)
#### 062
notice(Numeric)
#### 063
notice(Float[1.0, 2.0])
#### 064
notice(Float[1, 2])
#### 065
notice(Boolean[true])
#### 066
notice(Runtime['ruby', 'Foo'])
#### 067
notice(SemVer['>=1.0.0 <2.0.0'])
#### 068
notice(SemVerRange('>=1.0.0'))
#### 069
notice(Timespan['0-00:00:01'])
#### 070
notice(Undef)
#### 071
notice(Default)
#### 072
notice(Init[Integer])
#### 073
notice(Integer[a])
#### 074
notice(Array[1])
#### 075
notice(String['abc'])
#### 076
notice(Hash[Integer])
#### 077
notice(Nope)
#### 078
notice(Nope[1])
#### 079
notice(Struct[{1 => Integer}])
#### 080
notice(Enum[1])
#### 081
notice([1,2] =~ Array[Integer])
#### 082
notice([1,'a'] =~ Array[Integer])
#### 083
notice({a => 1} =~ Hash[String, Integer])
#### 084
notice({a => 1} =~ Struct[{a => Integer}])
#### 085
notice({a => 1, c => 2} =~ Struct[{a => Integer}])
#### 086
notice({} =~ Struct[{Optional['a'] => Integer}])
#### 087
notice([1, 'a', 'b'] =~ Tuple[Integer, String, 1, 3])
#### 088
notice('abc' =~ String[1, 2])
#### 089
notice(undef =~ Optional[Integer])
#### 090
notice(undef =~ NotUndef)
#### 091
notice('a' =~ Enum['a', 'b'])
#### 092
notice('A' =~ Enum['a', true])
#### 093
notice([undef] =~ Array[Data])
#### 094
notice({1 => 2} =~ Data)
#### 095
notice(5 =~ Variant[String, Integer[1, 9]])
#### 096
notice(Integer =~ Type[Numeric])
#### 097
notice(Integer =~ Type)
#### 098
notice(File['/a'] =~ Resource)
#### 099
notice(File =~ Type[Resource])
#### 100
notice('x' =~ Data)
#### 101
notice(Sensitive('x') =~ Sensitive[String])
#### 102
notice([1,2,3] =~ Iterable)
#### 103
notice(assert_type(Integer, 5))
#### 104
notice(assert_type(Integer, 'a'))
#### 105
notice(assert_type(Integer[1, 3], 5) |$e, $a| { "${e} ${a}" })
#### 106
notice(assert_type(Struct[{a => Integer}], {a => 'x'}))
#### 107
notice(assert_type(Array[Integer], [1, 'x']))
#### 108
notice(assert_type('Integer', 'x'))
