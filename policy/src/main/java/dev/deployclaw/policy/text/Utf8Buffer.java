package dev.deployclaw.policy.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Text as UTF-8 bytes, in an array that grows and is used again. For one thread. */
public final class Utf8Buffer {
  private static final int FIRST_SIZE = 64;
  private static final int MOST_DIGITS = 19;
  private static final char LAST_ASCII = 0x7f;

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

  public Utf8Buffer clear() {
    length = 0;
    return this;
  }

  /** Letter by letter, so that nothing is made of a text in ASCII, as nearly all are. */
  public Utf8Buffer add(String text) {
    int count = text.length();
    reserve(count);
    byte[] to = bytes;
    int at = length;
    for (int i = 0; i < count; i++) {
      char c = text.charAt(i);
      if (c > LAST_ASCII) {
        byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
        return add(encoded, encoded.length);
      }
      to[at++] = (byte) c;
    }
    length = at;
    return this;
  }

  public Utf8Buffer add(Utf8Buffer text) {
    return add(text.bytes, text.length);
  }

  public Utf8Buffer add(char ascii) {
    reserve(1);
    bytes[length++] = (byte) ascii;
    return this;
  }

  public Utf8Buffer add(char first, char second) {
    reserve(2);
    bytes[length] = (byte) first;
    bytes[length + 1] = (byte) second;
    length += 2;
    return this;
  }

  /** The decimal digits of a number that isn't negative. */
  public Utf8Buffer add(long number) {
    if (number < 0) {
      throw new IllegalArgumentException("negative: " + number);
    }
    reserve(MOST_DIGITS);
    int at = length + digits(number);
    length = at;
    long rest = number;
    while (rest > Integer.MAX_VALUE) {
      long tenth = rest / 10;
      bytes[--at] = (byte) ('0' + (rest - 10 * tenth));
      rest = tenth;
    }
    int few = (int) rest; // the JDK's first compiler calls a subroutine to divide a long
    while (few >= 10) {
      int tenth = few / 10;
      bytes[--at] = (byte) ('0' + (few - 10 * tenth));
      few = tenth;
    }
    bytes[--at] = (byte) ('0' + few);
    return this;
  }

  @Override
  public String toString() {
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  /** The first of these bytes, which are UTF-8. */
  public Utf8Buffer add(byte[] more, int count) {
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
