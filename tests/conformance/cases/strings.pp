#### 001
notice("a${1 + 1}b")
#### 002
notice('a\nb')
#### 003
notice("a\nb\tc\"d\$e\\f")
#### 004
notice('it\'s \\ here')
#### 005
notice("\u0041\u{1F600}")
#### 006
notice("$facts"[0, 5])
#### 007
notice("${facts['os']['name']}")
#### 008
notice("$kernel and ${kernel}")
#### 009
notice("${kernel.downcase}")
#### 010
notice("${::kernel}")
#### 011
notice("${'nested'} ${"deep ${1}"}")
#### 012
notice("$x")
#### 013
notice("${[1, 'a', undef, true]}")
#### 014
notice("${{a => 1, 'b' => [2]}}")
#### 015
notice("${undef}x")
#### 016
notice("${true} ${1.50}")
#### 017
notice("a"[0])
#### 018
notice('abcdef'[1, 3])
#### 019
notice('abcdef'[-2])
#### 020
notice('abcdef'[1, -2])
#### 021
notice('abc'[10])
#### 022
notice("${$facts['os']['release']['major']}")
#### 023
notice("${facts[os][family]}")
#### 024
notice("\x")
#### 025
notice("a)
#### 026
notice(b")
#### 027
notice('single $novar')
#### 028
notice("${if true { 'yes' } else { 'no' }}")
#### 029
notice("${[1,2,3].map |$x| { $x * 2 }}")
#### 030
notice("$")
#### 031
notice("${}")
#### 032
notice("a$ b")
#### 033
notice("$1")
#### 034
notice("${Integer}")
#### 035
notice("${File['/a']}")
#### 036
notice("${default}")
#### 037
notice("${/rx/}")
#### 038
notice("${Sensitive('x')}")
#### 039
notice("tab\tnull\0end")
#### 040
notice("\r\n")
#### 041
notice("${kernel['0']}")
#### 042
notice("$kernel[0]")
#### 043
notice("${kernel[0]}")
#### 044
notice("$::os")
#### 045
notice("${-1}")
#### 046
notice("dollar \${kernel}")
#### 047
notice("${kernel} ${  kernel  }")
#### 048
notice("${ 'a' }${'b'}")
#### 049
notice("${notice}")
#### 050
notice("${facts.dig('os','name')}")
#### 051
notice('a' + 'b')
#### 052
notice('a' * 3)
#### 053
notice(-'a')
#### 054
notice('a' << 'b\')
