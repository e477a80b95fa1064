# The daemon's program: bunraku is here already; confd's binary comes from the site module.
class confd::install {
  if $confd::daemon == 'confd' {
    file { "${confd::installdir}/confd":
      ensure => file,
      links  => follow,
      mode   => '0755',
      source => "puppet:///modules/${confd::sitemodule}/confd-${confd::version}",
    }
  }
}
