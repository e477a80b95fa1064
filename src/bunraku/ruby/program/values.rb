# frozen_string_literal: true

# Puppet's values as Ruby objects, and both as JSON.
#
# What JSON has stands for itself. Everything else is an object whose first key is TAG:
#   {TAG: "hash", "pairs": [k, v, ...]}    a Hash with keys that are not strings
#   {TAG: "default"}, {TAG: "sensitive", "value"}, {TAG: "regexp", "source"}, {TAG: "binary", "base64"}
#   {TAG: "text", "kind", "text", "id"}    a value that Ruby code sees as its text (versions, times, URIs)
#   {TAG: "type", "text", "id"}            a type; a reference has "type_name" and "title" too
#   {TAG: "block", "id", "arity"}          a lambda of the Puppet language
#   {TAG: "proc", "id", "arity"}           a block of Ruby code
#   {TAG: "object", "class", "id"}         an object that Ruby code calls methods of
# `id` names the value that waits in bunraku, so that what is passed through comes back as it was.
module Values
  TAG = "\u0000"
  MARK = '"\u0000"' # the tag as it stands in a document

  @procs = {}

  class << self
    attr_reader :procs

    def load(line)
      document = JSON.parse(line, max_nesting: false)
      line.include?(MARK) ? revive(document) : document
    end

    def dump(value)
      JSON.generate(plain(value), max_nesting: false, allow_nan: true)
    end

    private

    def revive(value)
      case value
      when Array then value.map { |item| revive(item) }
      when Hash then value.key?(TAG) ? tagged(value) : value.transform_values { |item| revive(item) }
      else value
      end
    end

    def tagged(value)
      case value[TAG]
      when 'hash' then value['pairs'].each_slice(2).to_h { |key, item| [revive(key), revive(item)] }
      when 'default' then :default
      when 'sensitive' then Puppet::Pops::Types::PSensitiveType::Sensitive.new(revive(value['value']))
      when 'regexp' then Regexp.new(value['source'])
      when 'binary' then Puppet::Pops::Types::PBinaryType::Binary.new(value['base64'].unpack1('m'))
      when 'text' then Text.new(value['text'], value['kind'], value['id'])
      when 'type' then type(value)
      when 'block' then Block.make(value['id'], value['arity'])
      else HostObject.new(value['class'], value['id'], value['text'])
      end
    end

    def type(value)
      unless value.key?('type_name')
        return Puppet::Pops::Types.class_for(value['text']).new(value['text'], value['id'])
      end

      kind = value['type_name'] == 'Class' ? Puppet::Pops::Types::PClassType : Puppet::Pops::Types::PResourceType
      kind.new(value['text'], value['id'], value['type_name'], value['title'])
    end

    def plain(value)
      case value
      when nil, true, false, Float then value
      when Integer then integer(value)
      when Text then value.to_wire
      when String then text(value)
      when Symbol then symbol(value)
      when Array then value.map { |item| plain(item) }
      when Hash then hash(value)
      when Regexp then { TAG => 'regexp', 'source' => source(value) }
      when Proc then block(value)
      else rich(value)
      end
    end

    def text(value)
      return value if value.encoding == Encoding::UTF_8 && value.valid_encoding?

      utf8 = value.encoding == Encoding::BINARY ? value.dup.force_encoding(Encoding::UTF_8) : value.encode(Encoding::UTF_8)
      raise EncodingError unless utf8.valid_encoding?

      utf8
    rescue EncodingError
      { TAG => 'binary', 'base64' => [value].pack('m0') }
    end

    def integer(value)
      return value if value.bit_length < 64

      limit = value.positive? ? 'max' : 'min'
      raise Puppet::Error, format("Use of a Ruby Integer outside of Puppet Integer %s range, got '0x%x'", limit, value)
    end

    def symbol(value)
      case value
      when :undef then nil
      when :default then { TAG => 'default' }
      else value.to_s
      end
    end

    def hash(value)
      return value.to_h { |key, item| [text(key), plain(item)] } if value.each_key.all? { |key| key.is_a?(String) }

      { TAG => 'hash', 'pairs' => value.flat_map { |key, item| [plain(key), plain(item)] } }
    end

    # The pattern with its options inside, as the Puppet language has them.
    def source(regexp)
      options = regexp.options & (Regexp::IGNORECASE | Regexp::MULTILINE | Regexp::EXTENDED)
      options.zero? ? regexp.source : regexp.to_s
    end

    def block(proc)
      return { TAG => 'block', 'id' => proc.id } if proc.respond_to?(:id)

      @procs[proc.object_id] = proc
      { TAG => 'proc', 'id' => proc.object_id, 'arity' => proc.arity }
    end

    def rich(value)
      return value.to_wire if value.respond_to?(:to_wire)
      return plain(value.to_a) if value.is_a?(Enumerable)

      raise TypeError, "a Ruby object of class #{value.class} has no counterpart in the Puppet language"
    end
  end

  # A value that waits in bunraku and is seen here as its text.
  class Text < String
    attr_reader :kind

    def initialize(text, kind, id)
      super(text)
      @kind = kind
      @id = id
      @original = text
    end

    # A copy that was changed is a text and nothing more.
    def to_wire
      self == @original ? { TAG => 'text', 'id' => @id } : String.new(self)
    end
  end

  # A lambda of the Puppet language, as a Proc.
  module Block
    attr_accessor :id

    def self.make(id, arity)
      block = proc { |*arguments| Conversation.ask('block', id: id, arguments: arguments) }
      block.extend(Block)
      block.id = id
      block.define_singleton_method(:arity) { arity }
      block
    end
  end

  # An object of bunraku's: its methods are asked for.
  class HostObject
    def initialize(name, id, text)
      @name = name
      @id = id
      @text = text
    end

    def to_s
      @text.to_s
    end

    def inspect
      "#<#{@name} #{@text}>"
    end

    def to_wire
      { TAG => 'object', 'id' => @id }
    end

    def method_missing(name, *arguments, &block)
      arguments << block if block
      Conversation.ask('method', id: @id, name: name.to_s, arguments: arguments)
    end

    def respond_to_missing?(_name, _private = false)
      true
    end
  end
end
