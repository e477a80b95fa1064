# frozen_string_literal: true

module Puppet
  module Pops
    # Values and types of the Puppet language that have a Ruby class of their own.
    module Types
      # The class of a type: `PIntegerType` for `Integer[1, 5]`.
      def self.class_for(text)
        name = "P#{text[/\A\w+/]}Type"
        const_defined?(name, false) ? const_get(name) : const_set(name, Class.new(PAnyType))
      end

      # A type, by its text; questions about it are bunraku's to answer.
      class PAnyType
        attr_reader :text

        def initialize(text, id = nil)
          @text = text
          @id = id
        end

        def instance?(value)
          Conversation.ask('instance', type: text, value: value)
        end

        def name
          text[/\A[\w:]+/]
        end

        def to_s
          text
        end

        def ==(other)
          other.is_a?(PAnyType) && text == other.text
        end
        alias eql? ==

        def hash
          text.hash
        end

        def to_wire
          { Values::TAG => 'type', 'text' => text, 'id' => @id }
        end
      end

      # A reference to something in the catalog.
      class PCatalogEntryType < PAnyType
        attr_reader :type_name, :title

        def initialize(text, id = nil, type_name = nil, title = nil)
          super(text, id)
          @type_name = type_name
          @title = title
        end
      end

      class PResourceType < PCatalogEntryType; end

      class PClassType < PCatalogEntryType
        alias class_name title
      end

      # A value that must not be shown.
      class PSensitiveType < PAnyType
        class Sensitive
          def initialize(value)
            @value = value
          end

          def unwrap
            @value
          end

          def to_s
            'Sensitive [value redacted]'
          end

          def inspect
            '#<Sensitive [value redacted]>'
          end

          def ==(other)
            other.is_a?(Sensitive) && other.unwrap == @value
          end

          def to_wire
            { Values::TAG => 'sensitive', 'value' => Values.send(:plain, @value) }
          end
        end
      end

      # Bytes.
      class PBinaryType < PAnyType
        class Binary
          attr_reader :binary_buffer

          def self.from_base64_strict(text)
            new(text.unpack1('m0'))
          end

          def self.from_binary_string(bytes)
            new(bytes)
          end

          def initialize(bytes)
            @binary_buffer = bytes
          end

          def to_s
            [@binary_buffer].pack('m0')
          end

          def length
            @binary_buffer.bytesize
          end

          def to_wire
            { Values::TAG => 'binary', 'base64' => to_s }
          end
        end
      end

      # `TypeParser.singleton.parse('String[1]')`.
      class TypeParser
        def self.singleton
          new
        end

        def parse(text, *)
          Conversation.ask('type', text: text)
        end
      end

      # `TypeCalculator.infer(value)`.
      class TypeCalculator
        class << self
          def infer(value)
            Conversation.ask('infer', value: value)
          end
          alias infer_set infer
          alias singleton itself
          alias instance itself

          def instance?(type, value)
            type.instance?(value)
          end
        end
      end

      # `TypeAsserter.assert_instance_of('thing', type, value)`.
      class TypeAsserter
        def self.assert_instance_of(subject, type, value)
          return value if type.instance?(value)

          raise ParseError, "#{subject} expects a value of type #{type}"
        end
      end

      # What functions may iterate over.
      module Iterable
        def self.on(value)
          value.is_a?(Integer) ? value.times : value.each_entry
        end

        def self.asserted_iterable(_caller, value, _infer = false)
          on(value)
        end
      end
    end
  end

  # Data out of a lookup's context is asked of bunraku: see Values::HostObject.
  LookupContext = Values::HostObject
end
