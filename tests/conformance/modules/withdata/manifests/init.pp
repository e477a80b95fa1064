class withdata (String $a, Integer $b, Array $list = [], String $c = "c${b}") {
  notify { 'withdata': message => "${a} ${b} ${list.join(',')} ${c}" }
}
