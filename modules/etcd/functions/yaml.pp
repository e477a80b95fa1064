# A value as YAML has it: numbers and Booleans bare, text in double quotes, arrays in brackets.
#
# @param value  a number, a Boolean, text, or an array of these
# @return its YAML, on one line
function etcd::yaml(Variant[Scalar, Array[Scalar]] $value) >> String {
  $value ? {
    String  => "\"${regsubst($value, '(["\\\\])', '\\\\\1', 'G')}\"",
    Array   => "[${value.map |$one| { etcd::yaml($one) }.join(', ')}]",
    default => String($value),
  }
}
