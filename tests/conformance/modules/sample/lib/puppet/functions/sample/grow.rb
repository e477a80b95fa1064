# Changes what it is given, as Ruby lets it.
Puppet::Functions.create_function(:'sample::grow') do
  dispatch :grow do
    param 'Variant[Array, Hash]', :bag
  end

  def grow(bag)
    bag.is_a?(Hash) ? bag.store('grown', true) : bag.push('grown')
    bag.size
  end
end
