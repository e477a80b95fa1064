#### by name
node 'web1.example.com' { notify { 'me': } }
node default { notify { 'default': } }
#### default
node 'other' { notify { 'other': } }
node default { notify { 'default': } }
#### regex
node /^web\d+\./ { notify { "matched ${0}": } }
#### regex captures
node /^(\w+?)(\d+)\./ { notify { "${1}-${2}": } }
#### several names
node 'a', 'web1.example.com' { notify { 'x': } }
#### name over regex
node /web/ { notify { 'regex': } }
node 'web1.example.com' { notify { 'name': } }
#### no match
node 'nope' { notify { 'x': } }
#### short name
node 'web1' { notify { 'short': } }
node default { notify { 'default': } }
#### with top code
notify { 'top': }
node default { notify { 'node': } include sample }
#### twice
node 'a' { }
node 'a' { }
#### node variables
$x = 'top'
node default { $x = 'node' notice($x) include c }
class c { notice("class sees ${x}") }
#### node inherits
node base { }
node default inherits base { }
#### bare name
node web1.example.com { notify { 'bare': } }
#### node tags
node default { notify { 'n': } }
#### upper case name
node 'WEB1.example.com' { notify { 'x': } }
#### include in node
node 'web1.example.com' { class { 'sample': port => 5 } }
