# frozen_string_literal: true

# Applies single resources with the Puppet that is installed. Started by puppet.py, which says what the questions hold.

require_relative 'installed'

# One resource in a catalog of its own.
class Applied
  def initialize(environment, question)
    type = question['resource']['type']
    raise "this Puppet does not have the type '#{type.downcase}' either: is its module installed?" if no_type?(type)

    @noop = question['noop']
    @refresh = question['refresh']
    @resource = Puppet::Resource.from_data_hash(question['resource'])
    @resource[:noop] = @noop
    @catalog = Puppet::Resource::Catalog.new('bunraku', environment)
  end

  def answer
    report = apply
    { 'events' => report.resource_statuses.values.flat_map { |status| events(status) } + refreshed(report),
      'logs' => report.logs.map { |log| [log.level.to_s, log.message.to_s] } }
  end

  private

  # A resource of an unknown type would be taken for a container, and nothing would happen.
  def no_type?(name)
    Puppet::Type.type(name.downcase.to_sym).nil?
  end

  def apply
    @native = @resource.to_ral
    @catalog.add_resource(@native)
    transaction = @catalog.apply
    transaction.report
  end

  def events(status)
    status.events.map do |event|
      { 'resource' => status.resource, 'property' => event.property&.to_s, 'status' => event.status,
        'previous' => plain(event.previous_value), 'desired' => plain(event.desired_value),
        'message' => event.message, 'name' => event.name&.to_s }
    end
  end

  def plain(value)
    case value
    when nil, true, false, Numeric then value
    when Array then value.map { |item| plain(item) }
    else value.to_s
    end
  end

  # A notification of another resource, taken up when this one is as declared.
  def refreshed(report)
    failed = report.resource_statuses.values.any?(&:failed)
    return [] if !@refresh || failed || !@native.respond_to?(:refresh)

    @native.refresh unless @noop
    [{ 'resource' => @native.ref, 'property' => nil, 'status' => @noop ? 'noop' : 'success', 'name' => 'refresh' }]
  end
end

start = lambda do |settings|
  require 'puppet'
  Puppet.initialize_settings(settings['arguments'])
  Puppet::Util::Log.close_all
  Puppet[:log_level] = :notice
  environment = Puppet::Node::Environment.create(settings['environment'].to_sym, settings['modulepath'])
  settings['libraries'].each { |folder| $LOAD_PATH.unshift(folder) unless $LOAD_PATH.include?(folder) }
  Puppet.push_context({ current_environment: environment,
                        loaders: Puppet::Pops::Loaders.new(environment) }, 'bunraku')
  environment
end

Installed.serve(start, ->(environment, question) { Applied.new(environment, question).answer })
