# frozen_string_literal: true

# Functions of modules: `Puppet::Functions.create_function` (4.x) and `Puppet::Parser::Functions.newfunction` (3.x).
# Types of parameters stay text: bunraku checks arguments and picks the overload before it calls.

module Puppet
  # The 4.x interface.
  module Functions
    # A function: a class of its own, whose dispatches name the methods to call.
    class Function
      include Puppet::Util::Logging

      class << self
        attr_accessor :func_name

        def dispatches
          @dispatches ||= []
        end

        def local_aliases
          @local_aliases ||= []
        end

        def name
          func_name
        end

        def dispatch(method, &block)
          dispatches << Dispatch.new(method, false).tap { |dispatch| dispatch.instance_eval(&block) }
        end

        def argument_mismatch(method, &block)
          dispatches << Dispatch.new(method, true).tap { |dispatch| dispatch.instance_eval(&block) }
        end

        def local_types(&block)
          LocalTypes.new(local_aliases).instance_eval(&block)
        end
      end

      def closure_scope
        @closure_scope ||= Puppet::Parser::Scope.new
      end

      def call_function(name, *arguments, &block)
        Conversation.ask('function', name: name.to_s, arguments: arguments, block: block)
      end

      def loader
        Puppet::Loading
      end
    end

    # Kept apart in the reference since it may ask for the scope; here every function may.
    class InternalFunction < Function
      def call_function_with_scope(_scope, name, *arguments, &block)
        call_function(name, *arguments, &block)
      end
    end

    # Collects `local_types { type 'A = B' }`.
    class LocalTypes
      def initialize(aliases)
        @aliases = aliases
      end

      def type(assignment)
        @aliases << assignment
      end
    end

    # One overload: what it takes, and what is handed to its method beside the arguments.
    class Dispatch
      attr_reader :method_name

      def initialize(method_name, mismatch)
        @method_name = method_name
        @mismatch = mismatch
        @parameters = []
        @order = [] # of what the method takes: the number of an argument, :rest, or what is injected
      end

      def param(type, name)
        add('required', type, name)
      end
      alias required_param param

      def optional_param(type, name)
        add('optional', type, name)
      end

      def repeated_param(type, name)
        add('repeated', type, name)
      end
      alias optional_repeated_param repeated_param

      def required_repeated_param(type, name)
        add('required_repeated', type, name)
      end

      def block_param(*type_and_name)
        @block = ['required', *block_of(type_and_name)]
      end
      alias required_block_param block_param

      def optional_block_param(*type_and_name)
        @block = ['optional', *block_of(type_and_name)]
      end

      def return_type(type)
        @returns = type.to_s
      end

      def scope_param
        @order << :scope
      end

      def cache_param
        @order << :cache
      end

      def compiler_param
        @order << :compiler
      end
      alias script_compiler_param compiler_param
      alias pal_compiler_param compiler_param

      def signature
        {
          'method' => @method_name.to_s,
          'parameters' => @parameters,
          'block' => @block,
          'returns' => @returns,
          'mismatch' => @mismatch
        }
      end

      # The method's arguments, out of the call's.
      def weave(arguments)
        return arguments if @order.all?(Integer) || @order.empty?

        woven = @order.flat_map do |item|
          case item
          when Integer then item < arguments.size ? [arguments[item]] : []
          when :scope then [Puppet::Parser::Scope.new]
          when :cache then [(@cache ||= {})]
          else [Puppet::Parser::Compiler.new]
          end
        end
        @parameters.last&.first.to_s.include?('repeated') ? woven + arguments.drop(@parameters.size) : woven
      end

      private

      def add(kind, type, name)
        raise ArgumentError, 'Parameters cannot be added after a repeated parameter' if @parameters.last&.first.to_s.include?('repeated')

        @order << @parameters.size
        @parameters << [kind, type.to_s, name.to_s]
      end

      def block_of(type_and_name)
        case type_and_name.size
        when 0 then %w[Callable block]
        when 1 then ['Callable', type_and_name[0].to_s]
        else type_and_name.map(&:to_s)
        end
      end
    end

    def self.create_function(name, base = Function, &block)
      function = Class.new(base)
      function.func_name = name.to_s
      function.class_eval(&block)
      function.dispatches << default_dispatch(function) if function.dispatches.empty?
      function
    rescue StandardError => e
      raise ArgumentError, "Function Load Error for function '#{name}': #{e.message}"
    end

    def self.create_loaded_function(name, _loader, base = Function, &block)
      create_function(name, base, &block)
    end

    # Without a dispatch, the method of the function's own name takes what its Ruby parameters tell.
    def self.default_dispatch(function)
      simple_name = function.func_name.split('::').last.to_sym
      unless function.method_defined?(simple_name) || function.private_method_defined?(simple_name)
        raise ArgumentError, "Function Creation Error, cannot create a default dispatcher for function '#{simple_name}', " \
                             'no method with this name found'
      end

      dispatch = Dispatch.new(simple_name, false)
      function.instance_method(simple_name).parameters.each do |kind, name|
        case kind
        when :req then dispatch.param('Any', name)
        when :opt then dispatch.optional_param('Any', name)
        when :rest then dispatch.repeated_param('Any', name)
        end
      end
      dispatch
    end
    private_class_method :default_dispatch
  end

  module Parser
    # The 3.x interface: each function is a method of the scope.
    module Functions
      @known = {}

      class << self
        attr_reader :known

        def newfunction(name, options = {}, &block)
          arity = options[:arity] || -1
          kind = options[:type] || :statement
          Scope.define_method("real_function_#{name}", &block)
          Scope.define_method("function_#{name}") { |*arguments| call_legacy(name, arity, kind, arguments) }
          known[name.to_sym] = { arity: arity, type: kind, name: "function_#{name}" }
        end

        # Old code asks for a function to be loaded before it calls `function_NAME`; calling loads.
        def function(name)
          known.dig(name.to_sym, :name) || "function_#{name}"
        end

        def rvalue?(name)
          known.dig(name.to_sym, :type) == :rvalue
        end

        def arity(name)
          known.dig(name.to_sym, :arity) || -1
        end

        def autoloader
          Puppet::Loading
        end
      end

      # The mark of a function that only the 4.x interface has.
      class Error
        def self.is4x(name)
          raise Puppet::ParseError, "#{name}() can only be called using the 4.x function API. See Scope#call_function"
        end
      end
    end
  end
end

# Loads and calls functions by name.
module Functions
  @loaded = {}

  class << self
    # Evaluates a function's file. Returns how it is called:
    # {"api": 3, "arity": N, "rvalue": BOOL} or {"api": 4, "dispatches": [...], "aliases": [...]}.
    def load(path, text, name)
      text.include?('newfunction') && !text.include?('create_function') ? load_legacy(path, text, name) : load_modern(path, text, name)
    end

    def call(name, dispatch, arguments, block)
      function = @loaded.fetch(name)
      return legacy(name, arguments) if function == :legacy

      arguments.each_with_index { |value, number| Conversation.watch(number.to_s, value) }
      overload = function.class.dispatches[dispatch]
      function.send(overload.method_name, *overload.weave(arguments), &block)
    end

    private

    def load_modern(path, text, name)
      function = evaluate(path, text)
      unless function.is_a?(Class) && function < Puppet::Functions::Function
        raise ArgumentError, "The code loaded from #{path} did not produce a Function class when evaluated. Got '#{function.class}'"
      end
      if function.func_name != name
        raise ArgumentError, "The code loaded from #{path} produced mis-matched name, expected '#{name}', got #{function.func_name}"
      end

      @loaded[name] = function.new
      { 'api' => 4, 'dispatches' => function.dispatches.map(&:signature), 'aliases' => function.local_aliases }
    end

    def load_legacy(path, text, name)
      evaluate(path, text)
      known = Puppet::Parser::Functions.known[name.to_sym]
      raise ArgumentError, "The code loaded from #{path} defines no function '#{name}'" if known.nil?

      @loaded[name] = :legacy
      { 'api' => 3, 'arity' => known[:arity], 'rvalue' => known[:type] == :rvalue }
    end

    def evaluate(path, text)
      TOPLEVEL_BINDING.dup.eval(text, path, 1)
    end

    def legacy(name, arguments)
      Puppet::Parser::Scope.new.send("function_#{name}", Puppet::Parser::Legacy.arguments(arguments))
    end
  end
end
