#= a user with a home, groups, a password and a key
group { 'app': gid => 4000 }
group { ['app-read', 'app-write']: ensure => present }
user { 'app':
  ensure           => present,
  uid              => 4001,
  gid              => 'app',
  groups           => ['app-read', 'users'],
  comment          => 'An application',
  home             => '/home/app',
  managehome       => true,
  shell            => '/bin/bash',
  password         => Sensitive('$6$saltsalt$notAHashThatAnyPasswordHas'),
  password_max_age => 90,
  expiry           => '2037-12-31',
}
user { 'app-daemon':
  ensure => present,
  system => true,
  home   => '/nonexistent',
  shell  => '/usr/sbin/nologin',
}
ssh_authorized_key { 'operator@example.com':
  user => 'app',
  type => 'ssh-ed25519',
  key  => 'AAAAC3NzaC1lZDI1NTE5AAAAIKBhKCvFaV9pG7FbRTmBqCqd3fZwE1Kp3pNvT2JX0jQe',
}

#= changed in every way
group { 'app': gid => 4000 }
user { 'app':
  ensure         => present,
  groups         => ['app-write'],
  membership     => inclusive,
  comment        => 'The application',
  shell          => '/bin/sh',
  purge_ssh_keys => true,
  expiry         => absent,
}
ssh_authorized_key { 'backup@example.com':
  user    => 'app',
  type    => 'ssh-ed25519',
  key     => 'AAAAC3NzaC1lZDI1NTE5AAAAIJXW2v0oZkq0i1Ck1H9RrZq5mSxgqk2h3pNvT2JX0jQf',
  options => ['no-pty', 'from="192.0.2.0/24"'],
}

#= gone, the home too
user { 'app':
  ensure     => absent,
  managehome => true,
}
user { 'app-daemon': ensure => absent }
# The group app goes with its user: that is userdel's custom.
group { ['app-read', 'app-write']: ensure => absent }
