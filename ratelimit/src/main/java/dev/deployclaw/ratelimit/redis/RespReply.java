package dev.deployclaw.ratelimit.redis;

import java.util.List;

/** What Redis answered, in RESP2's terms. */
public sealed interface RespReply {
  /** A simple or a bulk string. */
  record Text(String value) implements RespReply {}

  record Whole(long value) implements RespReply {}

  record Items(List<RespReply> values) implements RespReply {
    public Items {
      values = List.copyOf(values);
    }
  }

  /** The null string or the null array. */
  record Nothing() implements RespReply {}

  /** An error, in Redis' words. */
  record Refused(String message) implements RespReply {}
}
