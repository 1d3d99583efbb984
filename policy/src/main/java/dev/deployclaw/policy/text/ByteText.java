package dev.deployclaw.policy.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Text as UTF-8 bytes, in an array that grows and is used again. For one thread. */
public final class ByteText {
  private static final int FIRST_SIZE = 64;
  private static final int MOST_DIGITS = 19;

  private byte[] bytes = new byte[FIRST_SIZE];
  private int length;

  public int length() {
    return length;
  }

  /** The array itself; its first {@link #length} bytes count, until the next change. */
  public byte[] bytes() {
    return bytes;
  }

  public byte[] toBytes() {
    return Arrays.copyOf(bytes, length);
  }

  public ByteText clear() {
    length = 0;
    return this;
  }

  public ByteText add(String text) {
    byte[] more = text.getBytes(StandardCharsets.UTF_8);
    return add(more, more.length);
  }

  public ByteText add(ByteText text) {
    return add(text.bytes, text.length);
  }

  public ByteText add(char ascii) {
    reserve(1);
    bytes[length++] = (byte) ascii;
    return this;
  }

  public ByteText add(char first, char second) {
    reserve(2);
    bytes[length] = (byte) first;
    bytes[length + 1] = (byte) second;
    length += 2;
    return this;
  }

  /** The decimal digits of a number that isn't negative. */
  public ByteText add(long number) {
    if (number < 0) {
      throw new IllegalArgumentException("negative: " + number);
    }
    reserve(MOST_DIGITS);
    int at = length + digits(number);
    length = at;
    long rest = number;
    while (rest >= 10) {
      long tenth = rest / 10;
      bytes[--at] = (byte) ('0' + (rest - 10 * tenth));
      rest = tenth;
    }
    bytes[--at] = (byte) ('0' + rest);
    return this;
  }

  @Override
  public String toString() {
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private ByteText add(byte[] more, int count) {
    reserve(count);
    System.arraycopy(more, 0, bytes, length, count);
    length += count;
    return this;
  }

  private void reserve(int more) {
    if (bytes.length - length < more) {
      grow(more);
    }
  }

  private void grow(int more) {
    bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, length + more));
  }

  private static int digits(long number) {
    int digits = 1;
    for (long power = 10; digits < MOST_DIGITS && number >= power; power *= 10) {
      digits++;
    }
    return digits;
  }
}
