# The settings that were given: those that are not undef and not ''.
#
# @param settings  names and values
# @return the same without what is to be left to etcd
function etcd::given(Hash $settings) >> Hash {
  $settings.filter |$name, $value| { $value =~ NotUndef and $value != '' }
}
