# A define with parameters.
define sample::site (
  Enum['present', 'absent']      $ensure  = 'present',
  Optional[String]               $docroot = undef,
  Array[String]                  $aliases = [],
  Hash[String, Variant[String, Integer]] $options = {},
) {
  $root = sample::root($docroot, $title)
  file { "/etc/sites/${title}.conf":
    ensure  => $ensure ? { 'present' => file, default => absent },
    content => epp('sample/site.epp', { 'name' => $name, 'root' => $root, 'aliases' => $aliases, 'options' => $options }),
  }
}
