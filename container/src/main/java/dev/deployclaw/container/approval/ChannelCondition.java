package dev.deployclaw.container.approval;

/** What a channel says of itself. */
public sealed interface ChannelCondition {
  record Well(String found) implements ChannelCondition {}

  /** It answers, and doesn't work. */
  record Faulty(String found, String remedy) implements ChannelCondition {}

  record Silent(String why) implements ChannelCondition {}
}
