# The command acbuild, for those who are used to it: bunraku's own, under its old name.
#
# @param ensure   whether it is there
# @param version  accepted: the program is bunraku itself
# @param path     where it is put
# @param command  the program that it runs
class rkt::acbuild (
  Enum['present', 'absent'] $ensure  = 'present',
  Optional[String[1]]       $version = undef,
  Pattern[/\A\//]           $path    = '/usr/local/bin/acbuild',
  String[1]                 $command = 'bunraku',
) {
  file { $path:
    ensure  => $ensure ? { 'present' => file, default => absent },
    mode    => '0755',
    content => "#!/bin/sh\nexec ${command} acbuild \"\$@\"\n",
  }
}
