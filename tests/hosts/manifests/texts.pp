#= lines, settings and fragments
file { '/srv/lines': content => "PORT=1\n# end\n", replace => false }
-> file_line { 'port': path => '/srv/lines', line => 'PORT=2', match => '^PORT=' }
-> file_line { 'host': path => '/srv/lines', line => 'HOST=a', after => '^PORT=' }
ini_setting { 'colour': path => '/srv/settings.ini', section => 'paint', setting => 'colour', value => 'blue' }
-> ini_setting { 'plain': path => '/srv/settings.ini', section => '', setting => 'top', value => 'level' }
-> ini_subsetting { 'memory': path => '/srv/settings.ini', section => 'java', setting => 'args', subsetting => '-Xmx', value => '512m' }
concat { '/srv/whole': mode => '0640' }
concat::fragment { 'second': target => '/srv/whole', content => "two\n", order => '02' }
concat::fragment { 'first': target => '/srv/whole', content => "one\n", order => '01' }

#= changed, and one taken out
#$ sed -i 's/PORT=2/PORT=3/' /srv/lines; echo stray >>/srv/whole
file_line { 'port': path => '/srv/lines', line => 'PORT=2', match => '^PORT=' }
file_line { 'host': ensure => absent, path => '/srv/lines', line => 'HOST=a' }
ini_setting { 'colour': path => '/srv/settings.ini', section => 'paint', setting => 'colour', value => 'green' }
ini_setting { 'plain': ensure => absent, path => '/srv/settings.ini', section => '', setting => 'top' }
ini_subsetting { 'memory': path => '/srv/settings.ini', section => 'java', setting => 'args', subsetting => '-Xmx', value => '1g' }
concat { '/srv/whole': mode => '0640' }
concat::fragment { 'first': target => '/srv/whole', content => "one\n", order => '01' }
