#### 001
notice(Integer('42'))
#### 002
notice(Integer('0x2A'))
#### 003
notice(Integer('101', 2))
#### 004
notice(Integer('z', 36))
#### 005
notice(Integer('abc'))
#### 006
notice(Integer(3.99))
#### 007
notice(Integer(true))
#### 008
notice(Integer('-5', 10, true))
#### 009
notice(Integer(''))
#### 010
notice(Float('1.5'))
#### 011
notice(Float(3))
#### 012
notice(Numeric('5'))
#### 013
notice(Numeric('5.5'))
#### 014
notice(Numeric('0b11'))
#### 015
notice(Boolean('true'))
#### 016
notice(Boolean('no'))
#### 017
notice(Boolean('x'))
#### 018
notice(Boolean(0))
#### 019
notice(String(5))
#### 020
notice(String(255, '%x'))
#### 021
notice(String(255, '%#x'))
#### 022
notice(String(5, '%05d'))
#### 023
notice(String(1.5, '%.3f'))
#### 024
notice(String('a', '%p'))
#### 025
notice(String([1, 'a']))
#### 026
notice(String([1, 'a'], '%p'))
#### 027
notice(String({a => 1}))
#### 028
notice(String({a => 1}, '%p'))
#### 029
notice(String(undef))
#### 030
notice(String(true, '%y'))
#### 031
notice(String([1,2], {Array => {format => '%(a', separator => '; '}}))
#### 032
notice(String({a => [1,2]}, '%#p'))
#### 033
notice(String([1, [2, 3]], '%#a'))
#### 034
notice(String(default))
#### 035
notice(String(/a/))
#### 036
notice(String(Integer[1,2]))
#### 037
notice(Array({a => 1}))
#### 038
notice(Array('abc'))
#### 039
notice(Array(5, true))
#### 040
notice(Array([1]))
#### 041
notice(Array(undef))
#### 042
notice(Hash([['a', 1], ['b', 2]]))
#### 043
notice(Hash(['a', 1, 'b', 2]))
#### 044
notice(Hash({a => 1}))
#### 045
notice(Hash([[[a, b], 1]], 'tree'))
#### 046
notice(Struct[{a => Integer}].new({a => 1}))
#### 047
notice(Tuple[Integer, String].new([1, 'a']))
#### 048
notice(Integer.new('7'))
#### 049
notice(SemVer('1.2.3-rc1'))
#### 050
notice(SemVer('x'))
#### 051
notice(SemVer(1, 2, 3))
#### 052
notice(SemVerRange('~> 1.2'))
#### 053
notice(Timespan('1-02:03:04'))
#### 054
notice(Timespan(90))
#### 055
notice(Timespan({days => 1, hours => 2}))
#### 056
notice(Timestamp('2020-01-02T03:04:05'))
#### 057
notice(Timestamp('2020-01-02', '%Y-%m-%d'))
#### 058
notice(Timestamp(0))
#### 059
notice(Binary('aGVsbG8='))
#### 060
notice(Binary('hello', '%s'))
#### 061
notice(String(Binary('hello', '%s'), '%s'))
#### 062
notice(Regexp('a.b'))
#### 063
notice(URI('http://example.com:80/x?y#z'))
#### 064
notice(URI('http://example.com/a').host)
#### 065
notice(Sensitive(5))
#### 066
notice(Sensitive('x').unwrap)
#### 067
notice(Optional[Integer].new('5'))
#### 068
notice(NotUndef[Integer].new('5'))
#### 069
notice(Enum['a'].new('a'))
#### 070
notice(Variant[Integer, String].new('5'))
#### 071
notice(Type('Integer'))
#### 072
notice(Boolean.new('yes'))
#### 073
notice(convert_to('5', Integer))
#### 074
notice('5'.convert_to(Integer))
#### 075
notice(Init[Integer].new('5'))
#### 076
notice(Integer([1]))
#### 077
notice(String(1, '%z'))
#### 078
notice(Timespan(1.5) + Timespan(1))
#### 079
notice(Timestamp('2020-01-02T00:00:00') - Timestamp('2020-01-01T00:00:00'))
#### 080
notice(SemVer('1.2.3').major)
#### 081
notice(Integer['a'])
#### format hash without a format
notice(String({ a => 1 }, { Hash => { separator => ';' } }))
#### hexadecimal floats, rounded up
notice(String(0.1, '%.0A'), sprintf('%.1a %a %.3a %.0a', 0.1, 0.1, 1.999999, 3.9))
#### URI with a colon before any slash
notice(URI('a/1:b'), URI('./1:b'))
notice(URI('1:b'))
