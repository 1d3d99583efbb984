package dev.deployclaw.container.approval.platform;

import dev.deployclaw.container.approval.ApprovalChannel;
import dev.deployclaw.container.config.ApprovalChannelConfig;

/** A channel of one of the platforms, named as it is configured. */
interface PlatformChannel extends ApprovalChannel {
  ApprovalChannelConfig config();

  @Override
  default String name() {
    return config().name();
  }
}
