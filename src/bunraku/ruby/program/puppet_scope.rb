# frozen_string_literal: true

module Puppet
  module Parser
    # The calling scope: every question goes to bunraku, which knows who is calling. What Ruby code sets, and the arrays
    # and hashes that it looks at, are kept here too while the task runs, since templates hand each other objects in
    # variables, and change them there.
    class Scope
      include Util::Logging

      @kept = {}

      class << self
        attr_reader :kept

        def forget
          @kept.clear
        end
      end

      def lookupvar(name, *)
        name = name.to_s
        Scope.kept.fetch([Conversation.scope, name]) { keep(name, Conversation.ask('lookup', name: name)) }
      end
      alias [] lookupvar

      def exist?(name)
        Conversation.ask('has', name: name.to_s)
      end
      alias bound? exist?

      # Whether it has a value that is not undef.
      def include?(name)
        exist?(name) && !lookupvar(name).nil?
      end
      alias has_variable? include?

      def setvar(name, value, *)
        Conversation.ask('set', name: name.to_s, value: value)
        Scope.kept[[Conversation.scope, name.to_s]] = value
      end
      alias []= setvar

      def to_hash(*)
        Conversation.ask('variables')
      end

      # Functions of the 3.x interface that this worker has loaded are called here; the rest is bunraku's.
      def call_function(name, arguments = [], &block)
        # As in the reference, a hash is laid out to its pairs.
        arguments = [*arguments]
        return send("function_#{name}", Legacy.arguments(arguments)) if loaded?(name)

        Conversation.ask('function', name: name.to_s, arguments: arguments, block: block)
      end

      def method_missing(name, *arguments, &block)
        return super unless name.start_with?('function_')
        unless arguments.first.is_a?(Array)
          raise ArgumentError, 'custom functions must be called with a single array that contains the arguments. ' \
                               'For example, function_example([1]) instead of function_example(1)'
        end

        Conversation.ask('function', name: name.to_s.delete_prefix('function_'), arguments: arguments.first, block: block)
      end

      def respond_to_missing?(name, _private = false)
        name.start_with?('function_')
      end

      def resource
        type, title = Conversation.ask('about', what: 'resource')
        type && Resource.new(type, title)
      end

      def source
        Definition.new(*Conversation.ask('about', what: 'source'))
      end

      def findresource(type, title = nil)
        reference = Resource.new(type, title)
        Conversation.ask('resource', type: reference.type, title: reference.title) && reference
      end

      def catalog
        Catalog.new
      end

      def find_global_scope
        TopScope.new
      end

      def compiler
        Compiler.new
      end

      def environment
        Environment.new
      end

      def tags
        Conversation.ask('about', what: 'tags')
      end

      def class_scope(name)
        include?("#{name}::name") ? self : nil
      end

      def module_name
        Conversation.ask('about', what: 'module')
      end
      alias parent_module_name module_name

      def to_s
        "Scope(#{resource})"
      end

      def self.true?(value)
        !['', 'false', false, nil, :undef].include?(value)
      end

      private

      # Facts are not kept: each piece of Ruby code is given those that it names.
      def keep(name, value)
        return value unless value.is_a?(Array) || value.is_a?(Hash)

        Conversation.watch(name, value)
        Scope.kept[[Conversation.scope, name]] = value unless ['facts', '::facts'].include?(name)
        value
      end

      def loaded?(name)
        defined?(Functions) && Functions.respond_to?(:known) && Functions.known.key?(name.to_sym)
      end

      def call_legacy(name, arity, kind, arguments)
        values = arguments.first
        unless values.is_a?(Array)
          raise ArgumentError, 'custom functions must be called with a single array that contains the arguments. ' \
                               'For example, function_example([1]) instead of function_example(1)'
        end
        if arity >= 0 ? values.size != arity : values.size < (arity + 1).abs
          wanted = arity >= 0 ? arity : "minimum #{(arity + 1).abs}"
          raise ArgumentError, "#{name}(): Wrong number of arguments given (#{values.size} for #{wanted})"
        end

        result = send("real_function_#{name}", values)
        kind == :rvalue ? result : nil
      end
    end

    # The class, define or node (`type`: hostclass, definition, node) whose body is evaluated.
    Definition = Struct.new(:kind, :name, :module_name) do
      def type
        { 'class' => :hostclass, 'define' => :definition }.fetch(kind, kind.to_sym)
      end
    end

    # The scope of what stands outside of classes: names without an owner are its own.
    class TopScope < Scope
      def lookupvar(name, *)
        super(name.to_s.include?('::') ? name : "::#{name}")
      end
      alias [] lookupvar

      def exist?(name)
        super(name.to_s.include?('::') ? name : "::#{name}")
      end
      alias bound? exist?
    end

    # Values as functions of the 3.x interface expect them.
    module Legacy
      TEXTS = %w[SemVer SemVerRange Timespan Timestamp].freeze

      class << self
        # undef is an empty string among the arguments, and nil inside of them.
        def arguments(values)
          values.map { |value| value.nil? ? +'' : convert(value) }
        end

        private

        def convert(value)
          case value
          when Array then value.map { |item| convert(item) }
          when Hash then value.to_h { |key, item| [convert(key), convert(item)] }
          when Regexp then value.inspect
          when Values::Text then TEXTS.include?(value.kind) ? String.new(value) : value
          when Pops::Types::PBinaryType::Binary then value.to_s
          when Pops::Types::PClassType then Resource.new('Class', value.title)
          when Pops::Types::PResourceType then Resource.new(value.type_name, value.title.to_s)
          else value
          end
        end
      end
    end

    # The catalog under construction.
    class Catalog
      def classes
        Conversation.ask('about', what: 'classes')
      end

      def tags
        Conversation.ask('about', what: 'catalog_tags')
      end

      def resource(type, title = nil)
        Scope.new.findresource(type, title)
      end

      def resources
        Conversation.ask('about', what: 'resources').map { |type, title| Resource.new(type, title) }
      end
    end

    # Whoever compiles.
    class Compiler
      def catalog
        Catalog.new
      end

      def environment
        Environment.new
      end

      def topscope
        TopScope.new
      end

      def node
        Node.new
      end

      def resources
        catalog.resources
      end

      def findresource(type, title = nil)
        Scope.new.findresource(type, title)
      end
    end

    # The host that is compiled for.
    class Node
      def name
        Conversation.ask('about', what: 'node')
      end

      def facts
        Scope.new['facts']
      end

      def environment
        Environment.new
      end
    end

    # Where templates and files are found by `MODULE/FILE`.
    module Files
      def self.find_template(name, _environment = nil)
        find(name, :template)
      end

      def self.find_file(name, _environment = nil)
        find(name, :file)
      end

      def self.find(name, kind)
        return File.exist?(name) ? name : nil if name.start_with?('/')

        module_name, file = name.split('/', 2)
        Puppet::Module.find(module_name)&.send(kind, file)
      end
      private_class_method :find
    end
  end
end
