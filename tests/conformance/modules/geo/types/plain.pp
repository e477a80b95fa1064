type Geo::Plain = Array[Geo::Small]
