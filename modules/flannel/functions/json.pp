# A value as JSON writes it, in one line; entries of hashes that are undef are left out.
#
# @param value  text, number, boolean, undef, or lists and hashes of them
# @return       JSON
function flannel::json(Data $value) >> String {
  case $value {
    Hash: {
      $given = $value.filter |$name, $inner| { $inner =~ NotUndef }
      $entries = $given.map |$name, $inner| { "${flannel::json($name)}: ${flannel::json($inner)}" }
      "{${entries.join(', ')}}"
    }
    Array: {
      $items = $value.map |$inner| { flannel::json($inner) }
      "[${items.join(', ')}]"
    }
    String: {
      $escaped = $value.regsubst('\\\\', '\\\\\\\\', 'G').regsubst('"', '\\\\"', 'G').regsubst("\n", '\\\\n', 'G')
      "\"${escaped}\""
    }
    Undef: { 'null' }
    default: { "${value}" }
  }
}
