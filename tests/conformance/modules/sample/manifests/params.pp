class sample::params {
  $root = '/srv/sample'
  $mode = '0640'
}
