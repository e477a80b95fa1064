#= every kind of file
File { backup => false }
file { ['/srv/app', '/srv/app/d']: ensure => directory, mode => '0750' }
file { '/srv/app/text': content => "text\n", owner => 'daemon', group => 'adm', mode => 'u=rw,g=r,o=' }
file { '/srv/app/secret': content => Sensitive("secret\n"), mode => '0600' }
file { '/srv/app/link': ensure => link, target => 'text' }
file { '/srv/app/empty': ensure => file }
file { '/srv/app/program': content => "#!/bin/sh\n", mode => '4755' }
file { '/srv/app/copy': source => '/usr/share/common-licenses/BSD', mode => '0444' }
file { '/srv/app/first': source => ['/nothing/here', '/etc/debian_version'] }
file { '/srv/app/kept': content => "new\n", replace => false }
file { '/srv/app/checked': content => "fine\n", validate_cmd => '/bin/grep -q fine %' }
file { '/srv/app/tree': source => '/etc/apt', recurse => true, ignore => 'trusted*' }

#= what somebody changed is put right
#$ echo changed >>/srv/app/text; chmod 0777 /srv/app/d; chown daemon /srv/app/copy
#$ ln -sfn /etc/passwd /srv/app/link; echo changed >/srv/app/kept; touch /srv/app/tree/stranger; rm /srv/app/program
File { backup => false }
file { ['/srv/app', '/srv/app/d']: ensure => directory, mode => '0750' }
file { '/srv/app/text': content => "text\n", owner => 'daemon', group => 'adm', mode => 'u=rw,g=r,o=' }
file { '/srv/app/link': ensure => link, target => 'text' }
file { '/srv/app/program': content => "#!/bin/sh\n", mode => '4755' }
file { '/srv/app/copy': source => '/usr/share/common-licenses/BSD', owner => 'root', mode => '0444' }
file { '/srv/app/kept': content => "new\n", replace => false }
file { '/srv/app/tree': source => '/etc/apt', recurse => true, ignore => 'trusted*', purge => true, force => true }

#= one kind in the place of another
File { backup => false }
file { '/srv/app/d': ensure => absent, force => true }
file { '/srv/app/text': ensure => directory, mode => '0711' }
file { '/srv/app/link': content => "no link any more\n" }
file { '/srv/app/empty': ensure => link, target => '/srv/app/copy' }
file { '/srv/app/tree': ensure => link, target => '/etc/apt', force => true }

#= a folder that holds what the code says, and nothing else
#$ mkdir -p /srv/app/only/deep/er; touch /srv/app/only/a /srv/app/only/deep/er/b /srv/app/only/keep.me
file { '/srv/app/only': ensure => directory, recurse => true, purge => true, force => true, ignore => '*.me', backup => false }
file { '/srv/app/only/ours': content => "ours\n" }

#= modes of a whole tree
#$ mkdir -p /srv/app/modes/a/b; touch /srv/app/modes/a/f /srv/app/modes/a/b/g; chmod 600 /srv/app/modes/a/f
file { '/srv/app/modes': ensure => directory, recurse => true, mode => 'u=rw,go=r,a+X', owner => 'daemon' }

#= old files tidied away
#$ mkdir -p /srv/app/old/deep; touch -d '9 days ago' /srv/app/old/x.log /srv/app/old/deep/y.log /srv/app/old/z.txt; touch /srv/app/old/new.log
tidy { '/srv/app/old': age => '1w', recurse => true, matches => '*.log', type => mtime }
