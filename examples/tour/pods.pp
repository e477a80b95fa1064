# The tour's pod: an image that bunraku built, run and kept. The image and the way to isolate it are facts.

rkt_pod { 'hello':
  ensure           => running,
  apps             => [{ 'image' => $facts['tour_image'], 'environment' => { 'GREETING' => 'hello from a pod' } }],
  net              => host,
  isolation        => $facts['tour_isolation'],
  insecure_options => ['image'],  # it was built a moment ago, and is not signed
}
