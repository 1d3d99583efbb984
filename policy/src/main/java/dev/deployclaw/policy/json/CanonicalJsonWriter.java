package dev.deployclaw.policy.json;

import dev.deployclaw.policy.text.Utf8Buffer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Writes the same bytes as {@link CanonicalJson}, value by value and without a tree of them: for
 * what is large. An object's keys are told in their order (UTF-16 code units, RFC 8785 section
 * 3.2.3); a key out of order is a bug and throws. For one thread.
 */
public final class CanonicalJsonWriter {
  private static final int MOST_DEPTH = 32;

  private final Utf8Buffer out = new Utf8Buffer();
  private final Utf8Buffer word = new Utf8Buffer();
  private final @Nullable String[] lastKeys = new @Nullable String[MOST_DEPTH];
  private int depth;
  private boolean comma;

  public CanonicalJsonWriter beginObject() {
    begin('{');
    lastKeys[depth] = null;
    return this;
  }

  public CanonicalJsonWriter endObject() {
    return end('}');
  }

  public CanonicalJsonWriter beginArray() {
    begin('[');
    return this;
  }

  public CanonicalJsonWriter endArray() {
    return end(']');
  }

  public CanonicalJsonWriter key(String key) {
    String last = lastKeys[depth];
    if (last != null && last.compareTo(key) >= 0) {
      throw new IllegalArgumentException("key " + key + " after " + last);
    }
    lastKeys[depth] = key;
    separate();
    quoted(key);
    out.add(':');
    comma = false;
    return this;
  }

  public CanonicalJsonWriter text(String value) {
    separate();
    quoted(value);
    return this;
  }

  public CanonicalJsonWriter number(long value) {
    separate();
    if (Math.abs(value) > CanonicalJson.MOST) {
      throw new IllegalArgumentException("beyond 2^53: " + value);
    }
    if (value < 0) {
      out.add('-');
    }
    out.add(Math.abs(value));
    return this;
  }

  public CanonicalJsonWriter flag(boolean value) {
    separate();
    out.add(value ? "true" : "false");
    return this;
  }

  /** A value as another writer gave its bytes. */
  public CanonicalJsonWriter written(byte[] value) {
    separate();
    out.add(value, value.length);
    return this;
  }

  /** Gives away what was written since the last time, to be used at once. */
  public void flush(Consumer<Utf8Buffer> to) {
    to.accept(out);
    out.clear();
  }

  public byte[] toBytes() {
    return out.toBytes();
  }

  private void begin(char bracket) {
    separate();
    out.add(bracket);
    comma = false;
    depth++;
  }

  private CanonicalJsonWriter end(char bracket) {
    depth--;
    out.add(bracket);
    comma = true;
    return this;
  }

  /** Before every key and every value that has no key. */
  private void separate() {
    if (comma) {
      out.add(',');
    }
    comma = true;
  }

  private void quoted(String text) {
    word.clear().add(text);
    if (plain()) {
      out.add('"').add(word).add('"');
    } else {
      out.add(CanonicalJson.text(text));
    }
  }

  private boolean plain() {
    byte[] bytes = word.bytes();
    for (int i = 0; i < word.length(); i++) {
      byte b = bytes[i];
      if ((b >= 0 && b < ' ') || b == '"' || b == '\\') {
        return false;
      }
    }
    return true;
  }
}
