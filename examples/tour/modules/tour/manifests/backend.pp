# A tiny web server that answers every request with its own name.
#
# @param port  where it listens, on loopback
# @param root  the tour's folder
define tour::backend (
  Integer $port,
  String  $root,
) {
  $program = "${root}/${title}"

  file { $program:
    ensure  => file,
    mode    => '0755',
    content => epp('tour/backend.epp', { 'name' => $title, 'port' => $port }),
  }
  ~> tour::daemon { $title:
    command => $program,
    root    => $root,
  }
}
