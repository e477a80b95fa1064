# A hash as the body of a TOML table; entries that are undef are left out.
#
# @param entries  keys and values, in the order in which they are written
# @return         one `key = value` a line
function confd::table(Hash $entries) >> String {
  $lines = $entries.filter |$key, $value| { $value =~ NotUndef }.map |$key, $value| {
    "${key} = ${confd::toml($value)}\n"
  }
  $lines.join('')
}
