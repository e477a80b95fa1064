# Text with commas, of that or of a list.
#
# @param items  text, or a list of texts
# @return       one text
function flannel::commas(Variant[String, Array[String]] $items) >> String {
  $items ? {
    Array   => $items.join(','),
    default => $items,
  }
}
