class sample::extra inherits sample {
  file { '/tmp/sample-extra': ensure => file, content => "port ${port}" }
}
