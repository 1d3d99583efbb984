package dev.deployclaw.ratelimit.redis;

import java.util.List;

/** What Redis answered, in RESP2's terms. */
public sealed interface Reply {
  /** A simple or a bulk string. */
  record Text(String value) implements Reply {}

  record Whole(long value) implements Reply {}

  record Items(List<Reply> values) implements Reply {
    public Items {
      values = List.copyOf(values);
    }
  }

  /** The null string or the null array. */
  record Nothing() implements Reply {}

  /** An error, in Redis' words. */
  record Refused(String message) implements Reply {}
}
