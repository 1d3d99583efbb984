package dev.deployclaw.policy.replay;

import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.replay.accesslog.RecordedRequest;

/** What of a recorded request makes separate counters. */
final class KeyPartValue {
  private KeyPartValue() {}

  static String of(CounterKeyPart part, RecordedRequest request) {
    return switch (part) {
      case CounterKeyPart.ClientAddress() -> request.client();
      case CounterKeyPart.Header(String name) -> request.header(name);
    };
  }
}
