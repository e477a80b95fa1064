function sample::fact(Integer[0] $n) >> Integer {
  if $n == 0 { 1 } else { $n * sample::fact($n - 1) }
}
