# frozen_string_literal: true

# Stand-ins for the parts of Puppet's libraries that a type's file mentions but that have no bearing on its surface:
# helper modules, parents of parameters, the settings of providers. They take any message and answer with themselves.
class Anything
  # Classes that take any message at the level of the class, as the bodies of `newparam` send them.
  class Class
    class << self
      def method_missing(name, *, &)
        name.end_with?('?') ? false : Anything.new(name)
      end

      def respond_to_missing?(_name, _private = false)
        true
      end

      def const_missing(name)
        Anything.constant(self, name)
      end

      # A stand-in is a class, so that it can be a parent; where a module was meant, there is nothing to include.
      def include(*modules)
        super(*modules.reject { |part| part.is_a?(::Class) })
      end

      def extend(*modules)
        super(*modules.reject { |part| part.is_a?(::Class) })
      end
    end
  end

  # Makes unknown constants below Puppet into stand-ins while the block runs.
  def self.welcome
    @welcomed = true
    yield
  ensure
    @welcomed = false
  end

  def self.welcomed?
    @welcomed
  end

  def self.constant(owner, name)
    made = ::Class.new(Puppet::Type::Attribute)
    owner.const_set(name, made)
  end

  def initialize(name = nil)
    @name = name
  end

  def method_missing(name, *, &)
    name.end_with?('?') ? false : self
  end

  def respond_to_missing?(_name, _private = false)
    true
  end

  def to_s
    @name.to_s
  end

  def to_str
    to_s
  end

  def to_ary
    []
  end
  alias to_a to_ary

  def to_hash
    {}
  end
end
