package dev.deployclaw.executors.redis.cluster;

import java.io.InputStream;
import java.util.Arrays;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.util.RedisInputStream;

/**
 * Answers in Redis' protocol (RESP2) as the client's stream cuts them, without an object for each
 * string. What was taken last can be looked at until the next is taken. Errors are those that the
 * client throws.
 */
public final class RespReader {
  private static final int BUFFER = 64 << 10;
  private static final int LONGEST = 64 << 20;

  private final RedisInputStream in;
  private byte[] text = new byte[BUFFER];
  private int length;

  RespReader(InputStream in) {
    this.in = new RedisInputStream(in, BUFFER);
  }

  /** Takes an answer that only says that the command was done: a number or a status. */
  public void done() {
    byte kind = kind();
    if (kind != ':' && kind != '+') {
      throw unexpected(kind, in.readLine());
    }
    byte[] _ = in.readLineBytes();
  }

  /** Takes the head of an array, and tells how many elements follow. */
  public int array() {
    take('*');
    return in.readIntCrLf();
  }

  /** Takes a string with its head. */
  public void string() {
    take('$');
    int size = in.readIntCrLf();
    if (size < 0 || size > LONGEST) {
      throw unexpected((byte) '$', Integer.toString(size));
    }
    if (size > text.length) {
      text = new byte[Math.max(size, 2 * text.length)];
    }
    for (length = 0; length < size; ) {
      int more = in.read(text, length, size - length);
      if (more < 0) {
        throw new JedisConnectionException("the connection ended within an answer");
      }
      length += more;
    }
    byte _ = in.readByte();
    byte _ = in.readByte();
  }

  /** Whether the string taken last starts with these bytes. */
  public boolean startsWith(byte[] prefix) {
    return prefix.length <= length
        && Arrays.equals(text, 0, prefix.length, prefix, 0, prefix.length);
  }

  /** Whether the string taken last is this part of an array. */
  public boolean is(byte[] other, int begin, int end) {
    return Arrays.equals(text, 0, length, other, begin, end);
  }

  private void take(char kind) {
    byte taken = kind();
    if (taken != kind) {
      throw unexpected(taken, in.readLine());
    }
  }

  private byte kind() {
    byte kind = in.readByte();
    if (kind == '-') {
      throw new JedisDataException(in.readLine());
    }
    return kind;
  }

  private static JedisDataException unexpected(byte kind, String words) {
    return new JedisDataException("an unexpected answer: " + (char) kind + words);
  }
}
