package dev.deployclaw.executors.redis;

import dev.deployclaw.policy.text.ByteText;

/**
 * Commands in Redis' protocol (RESP2, redis.io/docs/latest/develop/reference/protocol-spec), one
 * after another in one array that is used again.
 */
final class RespWriter {
  private final ByteText out = new ByteText();

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
  void command(int words) {
    out.add('*').add(words).add('\r', '\n');
  }

  void word(ByteText text) {
    out.add('$').add(text.length()).add('\r', '\n').add(text).add('\r', '\n');
  }

  /** What another one holds. */
  void add(RespWriter other) {
    out.add(other.out);
  }
}
