# frozen_string_literal: true

# Resource types of modules, read for their surface: names and documentation of parameters and properties, what
# identifies a resource, title patterns. Their code (validation, providers) is the agent's business and is not run.

require_relative 'anything'

module Puppet
  # A resource type, as its file declares it.
  class Type < Anything::Class
    # One parameter or property.
    class Attribute < Anything::Class
      class << self
        attr_accessor :attribute_name, :namevar, :property

        def desc(text = nil)
          @doc = text if text
          @doc
        end
        alias doc desc

        def isnamevar(*)
          self.namevar = true
        end

        def isnamevar?
          namevar ? true : false
        end

        def name
          attribute_name
        end
      end
    end

    @types = {}

    class << self
      attr_accessor :doc, :isomorphic, :type_name

      def types
        Type.instance_variable_get(:@types)
      end

      def newtype(name, options = {}, &block)
        made = Class.new(Type)
        made.type_name = name.to_sym
        Types.known[name.to_sym] = made
        constant = name.to_s.split('_').map(&:capitalize).join('_').gsub(/[^A-Za-z0-9_]/, '')
        Type.const_set(constant, made) unless Type.const_defined?(constant, false)
        options.each { |key, value| made.instance_variable_set("@#{key}", value) } if options.is_a?(Hash)
        made.class_eval(&block)
        made.ensurable if made.lifecycle? && !made.attributes.key?(:ensure)
        made
      end

      def type(name)
        Types.known[name.to_sym] || Anything.new
      end

      def name
        type_name
      end

      def attributes
        @attributes ||= {}
      end

      def newparam(name, options = {}, &block)
        attribute(name, false, options, Puppet::Parameter, &block)
      end

      def newproperty(name, options = {}, &block)
        attribute(name, true, options, Puppet::Property, &block)
      end

      def ensurable(&block)
        newproperty(:ensure, &block)
      end

      def newmetaparam(*); end

      def metaparams
        %i[alias audit before loglevel noop notify require schedule stage subscribe tag]
      end

      def metaparam?(name)
        metaparams.include?(name.to_sym)
      end

      def feature(name, *)
        (@features ||= []) << name.to_s
      end

      def features
        @features || []
      end

      # The provider's parameter exists once a type has a provider.
      def provide(name, *)
        newparam(:provider) unless attributes.key?(:provider)
        Anything.new(name)
      end

      def lifecycle?
        %i[exists? create destroy].all? { |method| method_defined?(method) }
      end

      def key_attributes
        attributes.values.reject(&:property).select { |a| a.isnamevar? || a.name == :name }.map(&:name)
      end

      def validproperty?(name)
        attributes[name.to_sym]&.property ? true : false
      end

      def validparameter?(name)
        attributes.key?(name.to_sym) && !validproperty?(name)
      end

      def validattr?(name)
        attributes.key?(name.to_sym) || metaparam?(name)
      end

      def paramclass(name)
        attributes[name.to_sym]
      end
      alias attrclass paramclass
      alias propertybyname paramclass

      def parameters
        attributes.values.reject(&:property).map(&:name)
      end

      def properties
        attributes.values.select(&:property)
      end

      def isomorphic?
        isomorphic.nil? || isomorphic
      end

      private

      def attribute(name, property, options, default_parent, &block)
        parent = options[:parent]
        parent = default_parent unless parent.is_a?(Class) && parent <= Attribute
        made = Class.new(parent)
        made.attribute_name = name.to_sym
        made.property = property
        made.namevar = options[:namevar] || parent.namevar
        constant = "#{property ? '' : 'Parameter'}#{name.to_s.capitalize.gsub(/\W/, '_')}"
        const_set(constant, made) unless const_defined?(constant, false)
        attributes[name.to_sym] = made
        made.class_eval(&block) if block
        made
      end
    end
  end

  # What `newparam` makes, and what modules derive from.
  class Parameter < Type::Attribute
    class Boolean < Parameter; end
    class Path < Parameter; end
    class PackageOptions < Parameter; end
    class Value < Parameter; end
  end

  # What `newproperty` makes.
  class Property < Type::Attribute
    class Boolean < Property; end
    class Ensure < Property; end
    class List < Property; end
    class OrderedList < List; end
    class KeyValue < Property; end
  end

  # Types declared as data: `Puppet::ResourceApi.register_type(name:, attributes:, ...)`.
  module ResourceApi
    def self.register_type(definition)
      Type.newtype(definition[:name]) do
        @doc = definition[:docs] || definition[:desc]
        @patterns = (definition[:title_patterns] || []).map { |entry| [entry[:pattern], nil] }
        (definition[:attributes] || {}).each do |name, details|
          namevar = details[:behaviour] == :namevar
          maker = %i[namevar parameter].include?(details[:behaviour]) ? :newparam : :newproperty
          send(maker, name, namevar: namevar) { desc details[:desc] }
        end
        patterns = @patterns
        define_singleton_method(:title_patterns) { ResourceApi.with_groups(patterns) } unless patterns.empty?
      end
    end

    # Each named group of a pattern fills the attribute of its name.
    def self.with_groups(patterns)
      patterns.map { |pattern, _| [pattern, pattern.names.map { |name| [name.to_sym] }] }
    end

    def self.load_default_features(*); end
  end
end

# Reads the file of a type.
module Types
  @known = {}

  class << self
    attr_reader :known

    # The surface of the type `name` as declared in the file at `path`; `reads` are the files on which the answer may
    # depend: this one, and what has been required of the same module.
    def read(path, name)
      Anything.welcome { Kernel.load(path) }
      type = known[name.to_sym]
      raise ArgumentError, "#{path} declares no type '#{name}'" if type.nil?

      library = "#{path[%r{\A.*/lib(?=/puppet/type/)}]}/"
      describe(type).merge('reads' => [path, *$LOADED_FEATURES.select { |file| file.start_with?(library) }])
    end

    private

    def describe(type)
      {
        'doc' => type.doc.to_s,
        'parameters' => type.attributes.values.map { |a| [a.name.to_s, a.property, a.doc.to_s] },
        'namevars' => type.key_attributes.map(&:to_s),
        'title_patterns' => title_patterns(type),
        'isomorphic' => type.isomorphic? ? true : false,
        'features' => type.features
      }
    end

    # Patterns that the type gives itself: the regular expression's text and the attributes that its groups fill.
    def title_patterns(type)
      return [] unless type.singleton_class.method_defined?(:title_patterns, false)

      type.title_patterns.map do |pattern, attributes|
        [Values.send(:source, pattern), attributes.map { |attribute| Array(attribute).first.to_s }]
      end
    end
  end
end
