#### 001
notice(upcase('abc'))
#### 002
notice(['a', {b => 'c'}].upcase)
#### 003
notice(capitalize('hello world'))
#### 004
notice(camelcase('foo_bar'))
#### 005
notice(downcase('ABC'))
#### 006
notice(strip("  a "))
#### 007
notice(lstrip("  a "))
#### 008
notice(rstrip("  a "))
#### 009
notice(chomp("a\n"))
#### 010
notice(chop('abc'))
#### 011
notice(abs(-5))
#### 012
notice(abs('-5.5'))
#### 013
notice(ceiling(1.2))
#### 014
notice(floor(-1.2))
#### 015
notice(round(2.5))
#### 016
notice(round(-2.5))
#### 017
notice(length('abc'))
#### 018
notice(length([1]))
#### 019
notice(size({a => 1}))
#### 020
notice(empty(''))
#### 021
notice(empty([]))
#### 022
notice(empty(undef))
#### 023
notice(empty(5))
#### 024
notice(versioncmp('1.10', '1.9'))
#### 025
notice(versioncmp('2.0', '2.0.1'))
#### 026
notice(versioncmp('1.0-rc1', '1.0'))
#### 027
notice(compare(1, 2))
#### 028
notice(compare('a', 'B'))
#### 029
notice(compare('a', 'B', false))
#### 030
notice(sprintf('%s %d %05.2f %x', 'a', 5, 3.14159, 255))
#### 031
notice(sprintf('%-5s|%5s|', 'a', 'b'))
#### 032
notice(sprintf('%<a>s %{b}', {a => 1, b => 2}))
#### 033
notice(sprintf('%d', 'x'))
#### 034
notice(regsubst('abc', 'b', 'X'))
#### 035
notice(regsubst('aBcb', 'b', 'X', 'GI'))
#### 036
notice(regsubst(['a1', 'b2'], '\d', ''))
#### 037
notice(regsubst('abc', '(a)(b)', '\2\1'))
#### 038
notice(regsubst('x.y', '\.', '-', 'G'))
#### 039
notice(match('abc123', /([a-z]+)(\d+)/))
#### 040
notice(match('abc', /x/))
#### 041
notice(match(['a1', 'b'], /\d/))
#### 042
notice(md5('a'))
#### 043
notice(sha1('a'))
#### 044
notice(sha256('a'))
#### 045
notice(fqdn_rand(100))
#### 046
notice(fqdn_rand(100, 'seed'))
#### 047
notice(shellquote('a b', 'c'))
#### 048
notice(shellquote(['a', "it's"]))
#### 049
notice(strftime(Timestamp(0), '%Y-%m-%d'))
#### 050
notice(strftime(Timespan(3661), '%H:%M:%S'))
#### 051
notice(unique(['a', 'a', 'b']))
#### 052
notice(flatten([1, [2, [3]]]))
#### 053
notice(keys({a => 1}))
#### 054
notice(values({a => 1}))
#### 055
notice(index([1, 2], 2))
#### 056
notice(dig({a => [1]}, 'a', 0))
#### 057
notice(getvar('facts.os.name'))
#### 058
notice(getvar('nope.x', 'dflt'))
#### 059
notice(defined('notify'))
#### 060
notice(defined(File['/nope']))
#### 061
notice(defined('$kernel'))
#### 062
notice(defined('$nope'))
#### 063
notice(defined('sample'))
#### 064
notice(defined('nope::x'))
#### 065
notice(inline_epp('a <%= 1 + 1 %> b'))
#### 066
notice(inline_epp('<%= $x %>', {x => 5}))
#### 067
notice(epp('sample/site.epp', {name => 'n', root => '/r'}))
#### 068
notice(epp('sample/site.epp', {}))
#### 069
notice(epp('sample/nope.epp'))
#### 070
notice(file('sample/plain.txt'))
#### 071
notice(file('sample/nope.txt', 'sample/plain.txt'))
#### 072
notice(file('sample/nope.txt'))
#### 073
notice(find_file('sample/nope.txt'))
#### 074
notice(module_directory('sample') =~ String)
#### 075
notice(sample::root(undef, 'x'))
#### 076
notice(sample::fact(5))
#### 077
notice(sample::fact(-1))
#### 078
notice(sample::root('a'))
#### 079
notice(sample::join_all(',', 1, 2))
#### 080
notice(sample::join_all('-', [1, 2]) |$x| { $x * 2 })
#### 081
notice(sample::join_all(5))
#### 082
notice(old_style('abc', 'x'))
#### 083
notice(old_style(5))
#### 084
notice(nosuchfunction(1))
#### 085
notice(upcase(5))
#### 086
notice(upcase())
#### 087
notice(upcase('a', 'b'))
#### 088
notice(split('a'))
#### 089
notice(join('a'))
#### 090
notice(lookup('data::package'))
#### 091
notice(lookup('data::nope'))
#### 092
notice(lookup('data::nope', {default_value => 5}))
#### 093
notice(lookup('data::nope', undef, undef, 'dflt'))
#### 094
notice(lookup('data::tree', Hash, 'deep'))
#### 095
notice(lookup('data::list', Array, 'unique'))
#### 096
notice(lookup('data::list', undef, 'first'))
#### 097
notice(lookup('data::tree', undef, 'hash'))
#### 098
notice(lookup('data::unique'))
#### 099
notice(lookup('data::deep'))
#### 100
notice(lookup('data::secret_word'))
#### 101
notice(lookup('data::interpolated'))
#### 102
notice(lookup('data::aliased'))
#### 103
notice(lookup('data::literal'))
#### 104
notice(lookup('data::number', String))
#### 105
notice(lookup(['data::nope', 'data::number']))
#### 106
notice(lookup('data::tree.a'))
#### 107
notice(lookup('data::tree.a.x'))
#### 108
notice(lookup('data::list.0'))
#### 109
notice(lookup('data::nothing'))
#### 110
notice(lookup({name => 'data::node_only'}))
#### 111
notice(lookup('data::nope') |$k| { "block ${k}" })
#### 112
notice(lookup('data::package', {merge => nope}))
#### 113
notice(hiera('data::package'))
#### 114
notice(hiera('data::nope', 'd'))
#### 115
notice(hiera_array('data::list'))
#### 116
notice(hiera_hash('data::tree'))
#### 117
notice($facts['role'])
#### 118
notice($trusted['certname'])
#### 119
notice($trusted['authenticated'])
#### 120
notice($server_facts['serverversion'])
#### 121
notice($settings::strict)
#### 122
notice($environment)
#### 123
notice($module_name)
#### 124
notice($title)
#### 125
notice($name)
#### 126
notice($servername)
#### 127
notice($clientcert)
#### 128
notice(eyaml_lookup_key('x'))
#### 129
notice(break())
#### 130
notice(next())
#### 131
notice(return())
#### 132
notice(fail('stop here'))
#### 133
notice(fail('a', 'b'))
#### 134
notice(err('x'))
#### 135
notice(warning('a', 'b'))
#### 136
notice(debug('x'))
#### 137
notice(info('y'))
#### 138
notice(alert('x'))
#### 139
notice(emerg('z'))
#### 140
notice(crit('c'))
#### 141
notice(tagged('main'))
#### 142
notice(unwrap(Sensitive('a')))
#### 143
notice(Sensitive('a').unwrap |$x| { "${x}!" })
#### 144
notice(call('upcase', 'a'))
#### 145
notice(annotate(1))
#### 146
notice(generate('/bin/echo', 'hi'))
#### 147
notice(hocon_data({path => '/nope'}, 1))
#### call of an unknown function
call('nope', 1)
#### assert_type with a text that is several expressions
assert_type('A b', 1)
#### tree_each of a deferred call
tree_each([Deferred('x', [1])]).each |$x| { notice($x) }
