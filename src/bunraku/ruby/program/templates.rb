# frozen_string_literal: true

require 'erb'

module Puppet
  module Parser
    # What a template's code runs in: the scope's variables as instance variables, and a few questions.
    class TemplateWrapper
      include Puppet::Util::Logging

      attr_reader :file

      def initialize(file, variables)
        @__file__ = @file = file
        variables.each { |name, value| instance_variable_set("@#{name}", value) }
      end

      def scope
        @__scope__ ||= Scope.new
      end

      def has_variable?(name) # rubocop:disable Naming/PredicateName -- the interface of templates
        scope.include?(name.to_s)
      end

      def classes
        scope.catalog.classes
      end

      def all_tags
        scope.catalog.tags
      end

      def tags
        raise NotImplementedError, "Call 'all_tags' instead."
      end

      def to_s
        "template[#{@file || 'inline'}]"
      end

      def get_binding # rubocop:disable Naming/AccessorMethodName -- the customary name
        binding
      end
    end
  end
end

# ERB templates, each compiled once.
module Templates
  @compiled = {}

  class << self
    # The text that the template gives. number: stands for text and path, which come with its first use only.
    # variables: those that it mentions, by name.
    def render(number, text, path, variables)
      @compiled[number] = [path, compile(text, path)] if text
      path, method = @compiled.fetch(number)
      wrapper = Puppet::Parser::TemplateWrapper.new(path, variables)
      method.is_a?(ERB) ? method.result(wrapper.get_binding) : wrapper.send(method)
    end

    private

    # A method of the wrapper where that can be; a template that defines a constant can only be evaluated.
    def compile(text, path)
      erb = ERB.new(text, trim_mode: '-')
      erb.filename = path
      method = :"__template_#{@compiled.size}"
      erb.def_method(Puppet::Parser::TemplateWrapper, method.to_s, path || '(erb)')
      method
    rescue SyntaxError
      erb
    end
  end
end
