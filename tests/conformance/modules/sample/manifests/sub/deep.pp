class sample::sub::deep {
  $value = 'from the deep'
  notify { 'deep': }
}
