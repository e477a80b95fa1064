# Joins everything it is given.
Puppet::Functions.create_function(:'sample::join_all') do
  dispatch :join do
    param 'String', :separator
    repeated_param 'Any', :parts
    return_type 'String'
  end
  dispatch :join_block do
    param 'String', :separator
    param 'Array', :parts
    block_param 'Callable[1]', :block
  end

  def join(separator, *parts)
    parts.flatten.join(separator)
  end

  def join_block(separator, parts)
    parts.map { |part| yield part }.join(separator)
  end
end
