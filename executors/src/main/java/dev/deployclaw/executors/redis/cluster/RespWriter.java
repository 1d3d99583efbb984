package dev.deployclaw.executors.redis.cluster;

import dev.deployclaw.policy.text.Utf8Buffer;

/**
 * Commands in Redis' protocol (RESP2, redis.io/docs/latest/develop/reference/protocol-spec), one
 * after another in one array that is used again.
 */
public final class RespWriter {
  private final Utf8Buffer out = new Utf8Buffer();

  void clear() {
    out.clear();
  }

  byte[] bytes() {
    return out.bytes();
  }

  int length() {
    return out.length();
  }

  /** Begins a command of that many words, its name among them. */
  public void command(int words) {
    out.add('*').add(words).add('\r', '\n');
  }

  public void word(Utf8Buffer text) {
    out.add('$').add(text.length()).add('\r', '\n').add(text).add('\r', '\n');
  }

  /** What another one holds. */
  public void add(RespWriter other) {
    out.add(other.out);
  }
}
