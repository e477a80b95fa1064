#= a unit, enabled and started
file { '/usr/local/bin/daemon':
  mode    => '0755',
  content => "#!/bin/sh\ndate +started >>/var/lib/daemon.log\nexec sleep infinity\n",
}
file { '/etc/daemon.conf': content => "colour = red\n" }
file { '/etc/systemd/system/daemon.service':
  content => "[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/usr/local/bin/daemon\n[Install]\nWantedBy=multi-user.target\n",
}
service { 'daemon':
  ensure    => running,
  enable    => true,
  subscribe => File['/etc/daemon.conf', '/usr/local/bin/daemon', '/etc/systemd/system/daemon.service'],
}

#= restarted, because its configuration changed
file { '/etc/daemon.conf': content => "colour = blue\n" }
~> service { 'daemon': ensure => running }

#= restarted by its new unit
file { '/etc/systemd/system/daemon.service':
  content => @(UNIT),
    [Unit]
    StartLimitIntervalSec=0
    [Service]
    ExecStart=/usr/local/bin/daemon
    ExecStartPre=/bin/sh -c 'echo before >>/var/lib/daemon.log'
    [Install]
    WantedBy=multi-user.target
    | UNIT
}
~> service { 'daemon':
  ensure => running,
  enable => true,
}

#= started again after it died
#$ systemctl kill --signal=KILL daemon; until [ "$(systemctl is-active daemon)" != active ]; do sleep 0.1; done
service { 'daemon': ensure => running }

#= stopped and disabled
service { 'daemon':
  ensure => stopped,
  enable => false,
}

#= masked, once its own unit file is out of the way
#$ rm /etc/systemd/system/daemon.service
#$ systemctl daemon-reload
service { 'cron':
  ensure => stopped,
  enable => mask,
}

#= let go and started again
service { 'cron':
  ensure => running,
  enable => true,
}
