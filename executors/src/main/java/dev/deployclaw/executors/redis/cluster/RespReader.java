package dev.deployclaw.executors.redis.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Answers in Redis' protocol (RESP2), read without an object for each. What was taken last can be
 * looked at until the next is taken. Errors are those that the client throws.
 */
public final class RespReader {
  private static final int FIRST_SIZE = 64 << 10;
  private static final int LONGEST = 64 << 20;
  private static final int END = 2;

  private final InputStream in;
  private byte[] buffer = new byte[FIRST_SIZE];
  private int read;
  private int filled;
  private int from;
  private int text;

  RespReader(InputStream in) {
    this.in = in;
  }

  /** Takes an answer that only says that the command was done: a number or a status. */
  public void done() {
    char kind = line();
    if (kind != ':' && kind != '+') {
      throw unexpected();
    }
  }

  /** Takes the head of an array, and tells how many elements follow. */
  public int array() {
    if (line() != '*') {
      throw unexpected();
    }
    return number();
  }

  /** Takes a string with its head. */
  public void string() {
    if (line() != '$') {
      throw unexpected();
    }
    int head = read - from;
    int length = number();
    if (length < 0 || length > LONGEST) {
      throw unexpected();
    }
    fill(head + length + END);
    text = from + head;
    read = text + length + END;
  }

  /** Whether the string taken last starts with these bytes. */
  public boolean startsWith(byte[] prefix) {
    int end = text + prefix.length;
    return end <= read - END && Arrays.equals(buffer, text, end, prefix, 0, prefix.length);
  }

  /** Whether the string taken last is this part of an array. */
  public boolean is(byte[] other, int begin, int end) {
    return Arrays.equals(buffer, text, read - END, other, begin, end);
  }

  /** Takes a line, and tells what it begins with. */
  private char line() {
    from = read;
    int length = 0;
    do {
      if (from + length == filled) {
        fill(length + 1);
      }
    } while (buffer[from + length++] != '\n');
    read = from + length;
    char kind = (char) buffer[from];
    if (kind == '-') {
      throw new JedisDataException(words());
    }
    return kind;
  }

  private int number() {
    int number = 0;
    for (int i = from + 1; i < read - END; i++) {
      number = 10 * number + (buffer[i] - '0');
    }
    return number;
  }

  private String words() {
    return new String(buffer, from + 1, read - END - from - 1, StandardCharsets.UTF_8);
  }

  private JedisDataException unexpected() {
    return new JedisDataException("an unexpected answer: " + (char) buffer[from] + words());
  }

  /**
   * Reads until that many bytes are there, from the begin of what is being taken. That moves to the
   * front, and the array grows when it is full of it.
   */
  private void fill(int wanted) {
    while (filled - from < wanted) {
      int kept = filled - from;
      byte[] target = kept == buffer.length ? new byte[2 * kept] : buffer;
      System.arraycopy(buffer, from, target, 0, kept);
      buffer = target;
      read -= from;
      from = 0;
      filled = kept + more(kept);
    }
  }

  private int more(int at) {
    int count;
    try {
      count = in.read(buffer, at, buffer.length - at);
    } catch (IOException e) {
      throw new JedisConnectionException(e);
    }
    if (count < 0) {
      throw new JedisConnectionException("the connection ended within an answer");
    }
    return count;
  }
}
