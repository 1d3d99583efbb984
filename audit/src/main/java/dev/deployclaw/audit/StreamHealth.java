package dev.deployclaw.audit;

import java.io.IOException;

/** Whether the stream is there and keeps what it is given. */
public sealed interface StreamHealth {

  /**
   * It is there, with the settings that it must have.
   *
   * @param servers that each hold all records
   */
  record Kept(long records, int servers) implements StreamHealth {}

  /** It can't be asked, or has other settings. */
  record Trouble(String reason) implements StreamHealth {}

  /** Connects, makes the stream where it is missing, and asks; bounded by the settings' timeout. */
  static StreamHealth of(NatsSettings settings) throws InterruptedException {
    try (var stream = AuditStream.connect(settings)) {
      return stream.health();
    } catch (IOException e) {
      return new Trouble(settings.address() + ": " + e.getMessage());
    }
  }
}
