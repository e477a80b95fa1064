#### epp with parameters
notify { 'x': message => epp('sample/site.epp', { 'name' => 'n', 'root' => '/r', 'aliases' => ['a'], 'options' => { 'k' => 1 } }) }
#### epp wrong parameter type
epp('sample/site.epp', { 'name' => 5, 'root' => '/r' })
#### epp unknown parameter
epp('sample/site.epp', { 'name' => 'n', 'root' => '/r', 'nope' => 1 })
#### inline epp sees scope
$v = 'here'
notice(inline_epp('v is <%= $v %>'))
#### inline epp with parameters does not
$v = 'here'
notice(inline_epp('<%- | $w | -%>w <%= $w %>', { 'w' => 1 }))
#### trimming
notice(inline_epp("a\n<%- if true { -%>\nb\n<%- } -%>\nc\n"))
#### no trimming
notice(inline_epp("a\n<% if true { %>\nb\n<% } %>\nc\n"))
#### comment and escapes
notice(inline_epp('x<%# gone %>y <%% z %%>'))
#### loop
notice(inline_epp("<% [1,2,3].each |\$i| { -%>\n<%= \$i %>,\n<% } -%>\n"))
#### syntax error
inline_epp('a <%= 1 + %> b')
#### error inside
inline_epp("line\n<%= fail('boom') %>")
#### erb inline
notice(inline_template('<%= 1 + 1 %> <%= @kernel %>'))
#### erb several
notice(inline_template('a', '<%= "b" %>'))
#### erb file
include sample::params
$list = ['x', 'y']
notice(template('sample/old.erb'))
#### erb scope access
$h = { 'a' => [1, { 'b' => undef }] }
notice(inline_template('<%= @h.inspect %> <%= scope["h"]["a"][0] %> <%= scope.lookupvar("h")["a"].length %>'))
#### erb missing variable
notice(inline_template('<%= @nope.inspect %> <%= scope["nope"].inspect %> <%= scope.lookupvar("nope").inspect %>'))
#### erb has_variable
$v = 1
notice(inline_template('<%= has_variable?("v") %> <%= has_variable?("nope") %>'))
#### erb trim
notice(inline_template("<% [1,2].each do |x| -%>\n<%= x %>\n<% end -%>\n"))
#### erb error
inline_template('<%= nosuch %>')
#### erb raises
inline_template('<% raise Puppet::ParseError, "no good" %>')
#### erb function call
notice(inline_template('<%= scope.call_function("join", [["a","b"], "-"]) %> <%= scope.function_template(["sample/plain.erb"]) rescue "none" %>'))
#### erb facts
notice(inline_template('<%= @facts["os"]["name"] %> <%= scope["facts"]["kernel"] %>'))
#### erb classes and tags
include sample
notice(inline_template('<%= classes.sort.join(",") %> <%= all_tags.sort.join(",") %>'))
#### missing template
template('sample/nope.erb')
#### missing module
template('nope/x.erb')
#### epp in a class
class c($a = 'A') { notify { 'x': message => inline_epp('<%= $a %> <%= $c::a %>') } }
include c
#### epp undef for a parameter that it lacks
notice(inline_epp('<%- | $y, $z = 3 | -%><%= "${y}${z}" %>', { y => 1, z => undef, nope => undef }))
#### epp value for a parameter that it lacks
notice(inline_epp('<%- | $y | -%><%= $y %>', { y => 1, nope => 2 }))
#### erb with libraries that nobody required
notice(inline_template('<%= {"a" => [1, :b]}.to_yaml %><%= YAML.dump([1]) %><%= [1, 1].to_set.size %>'))
notice(inline_template('<%= Time.parse("2020-01-02T03:04:05Z").iso8601 %> <%= Date.parse("2020-01-01") %> <%= Time.at(0).utc.to_date %>'))
notice(inline_template('<%= URI("http://a/b").host %> <%= URI.parse("http://a/b").path %> <%= CGI.escape("a b") %> <%= Pathname("/a").join("b") %>'))
notice(inline_template('<%= Base64.strict_encode64("a") %> <%= Digest::MD5.hexdigest("a") %> <%= OpenSSL::Digest::SHA1.hexdigest("a") %>'))
#### erb variables of the top scope
$x = 'top'
class a {
  $x = 'local'
  notice(inline_template('<%= scope["::x"] %> <%= scope["x"] %> <%= scope.lookupvar("::a::x") %> <%= scope.exist?("::x") %>'))
  notice(inline_template('<%= scope.find_global_scope["x"] %> <%= scope.compiler.topscope.lookupvar("x") %>'))
}
include a
#### erb changes an array and a hash in place
class t($list = [], $hash = { 'a' => { 'b' => [1] } }) {
  $other = $list
  $inner = $hash['a']['b']
  notice(inline_template('<% @list.push("x"); @hash["a"]["b"] << 2; @hash["n"] = 1 -%><%= @list.inspect %>'))
  notice(inline_template('<% scope["list"] << "y"; scope.lookupvar("t::hash").delete("n") %><%= scope["list"].inspect %>'))
  inline_template('<% @inner << 3 %>')
  notify { 'r': message => [$other, $hash] }
}
include t
define d($l = ['k']) { inline_template('<% @l << @title %>') notify { "d${title}": message => $l } }
d { ['1', '2']: }
#### erb changes a fact in place
inline_template('<% @os["x"] = 1 %>')
#### erb changes all facts in place
inline_template('<% scope["facts"]["os"]["release"]["x"] = 1 %>')
#### ruby function changes its arguments in place
$a = [1]
$h = { 'a' => $a }
notice(sample::grow($a), sample::grow($h), sample::grow([]), $a, $h)
#### ruby function sets a parameter of its caller
class c($secret, $open = 'o') {
  hush('secret')
  notice("${secret} ${open}")
}
class { 'c': secret => 's' }
define e($secret) { hush('secret') notice($secret) }
e { ['x', 'y']: secret => 'z' }
#### epp left early
notice(inline_epp('a<% return("q") %>z'), inline_epp('a<% next("q") %>z'))
function f() { inline_epp('a<% return("q") %>z') 'after' }
notice(f())
#### epp parameter facts
notice(inline_epp('x', { facts => 1 }))
#### erb calls an unknown function
inline_template('<%= scope.call_function("nope", [1]) %>')
