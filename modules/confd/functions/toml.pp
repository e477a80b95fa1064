# A value as TOML writes it.
#
# @param value  text, number, boolean, or a list of them
# @return       the right-hand side of `key = value`
function confd::toml(Variant[String, Numeric, Boolean, Array] $value) >> String {
  case $value {
    String: {
      $escaped = $value
      .regsubst('\\\\', '\\\\\\\\', 'G')
      .regsubst('"', '\\\\"', 'G')
      .regsubst("\n", '\\\\n', 'G')
      .regsubst("\r", '\\\\r', 'G')
      .regsubst("\t", '\\\\t', 'G')
      "\"${escaped}\""
    }
    Array: {
      $items = $value.map |$item| { confd::toml($item) }
      "[${items.join(', ')}]"
    }
    default: { "${value}" }
  }
}
