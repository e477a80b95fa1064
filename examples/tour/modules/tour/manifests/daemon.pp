# A program that runs in the background, supervised through a pid file.
#
# @param command  the program's absolute path and its arguments; it stays in the foreground by itself
# @param root     where its pid file and log are
define tour::daemon (
  String $command,
  String $root,
) {
  $pidfile = "${root}/run/${title}.pid"

  service { $title:
    ensure   => running,
    provider => base,
    start    => "start-stop-daemon --start --background --make-pidfile --pidfile ${pidfile} --output ${root}/log/${title}.log --startas ${command}",
    stop     => "start-stop-daemon --stop --retry 5 --remove-pidfile --pidfile ${pidfile}",
    status   => "start-stop-daemon --status --pidfile ${pidfile}",
  }
}
