type Geo = TypeSet[{
  pcore_version => '1.0.0',
  version => '1.2.3',
  types => {
    Small => Integer[1,3],
    Point => Object[{attributes => {x => Small, y => {type => Small, value => 1}}}],
    Path => {attributes => {points => Array[Point]}},
    Named => Point{attributes => {title => String}},
    Either => Variant[Small, Geo::Point],
    Inner => TypeSet[{pcore_version => '1.0.0', version => '0.1.0', types => {Deep => Enum[a,b]}}],
  },
}]
