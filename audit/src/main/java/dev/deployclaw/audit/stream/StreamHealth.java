package dev.deployclaw.audit.stream;

import java.io.IOException;

/** Whether the stream is there and keeps what it is given. */
public sealed interface StreamHealth {
  /** Bytes of a message that are enough for any record; the server's own default. */
  long ENOUGH = 1L << 20;

  /**
   * It is there, with the settings that it must have.
   *
   * @param servers that each hold all records
   * @param largest bytes that a message may have, its headers included
   * @param server the id of the one that answered
   */
  record Kept(long records, int servers, long largest, String server) implements StreamHealth {
    /** Whether it takes every record that an agent may write. */
    public boolean takesAll() {
      return largest >= ENOUGH;
    }
  }

  /** The server answers, and has no such stream yet. */
  record Absent() implements StreamHealth {}

  /** It has other settings than it must have, so it isn't used; the reason names them. */
  record Unfit(String reason) implements StreamHealth {}

  /** It can't be asked. */
  record Trouble(String reason) implements StreamHealth {}

  /** Connects and asks; bounded by the settings' timeout. Makes nothing. */
  static StreamHealth of(NatsSettings settings) throws InterruptedException {
    try (var stream = AuditStream.look(settings)) {
      return stream.health();
    } catch (IOException e) {
      return new Trouble(settings.address() + ": " + e.getMessage());
    }
  }
}
