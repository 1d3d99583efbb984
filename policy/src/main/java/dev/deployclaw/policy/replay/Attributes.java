package dev.deployclaw.policy.replay;

import dev.deployclaw.policy.model.KeyPart;

/** What of a recorded request makes separate counters. */
final class Attributes {
  private Attributes() {}

  static String of(KeyPart part, Recorded request) {
    return switch (part) {
      case KeyPart.ClientAddress() -> request.client();
      case KeyPart.Header(String name) -> request.header(name);
    };
  }
}
