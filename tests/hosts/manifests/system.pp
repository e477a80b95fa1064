#= cron, hosts, a mount
cron { 'nightly':
  command     => '/bin/true --nightly',
  hour        => 3,
  minute      => [15, 45],
  weekday     => 'Monday',
  environment => ['MAILTO=ops@example.com'],
}
cron { 'at boot': command => '/bin/true --boot', special => 'reboot', user => 'daemon' }
host { 'db.example.com': ip => '192.0.2.7', host_aliases => ['db', 'database'], comment => 'the database' }
host { 'old.example.com': ip => '2001:db8::7' }
file { '/mnt/scratch': ensure => directory }
mount { '/mnt/scratch': ensure => mounted, device => 'scratch', fstype => 'tmpfs', options => 'size=1m,mode=0700' }

#= changed
cron { 'nightly': command => '/bin/true --nightly', hour => '*/2', minute => 0, weekday => absent, environment => [] }
cron { 'at boot': ensure => absent, user => 'daemon' }
host { 'db.example.com': ip => '192.0.2.8', host_aliases => ['db'] }
mount { '/mnt/scratch': ensure => mounted, device => 'scratch', fstype => 'tmpfs', options => 'size=2m,mode=0700' }

#= what the code does not name is purged
host { 'localhost': ip => '127.0.0.1' }
host { 'db.example.com': ip => '192.0.2.8' }
resources { 'host': purge => true }
mount { '/mnt/scratch': ensure => unmounted, device => 'scratch', fstype => 'tmpfs', options => 'size=2m,mode=0700' }

#= gone
cron { 'nightly': ensure => absent }
host { 'db.example.com': ensure => absent }
mount { '/mnt/scratch': ensure => absent }
