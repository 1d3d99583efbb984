package dev.deployclaw.policy;

import java.util.Arrays;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * Goes over the bytes of a JSON document without spaces, and says where its values are. It reads
 * none of them, nor does it check them. For one thread.
 */
final class JsonCursor {
  private final String name;
  private final byte[] bytes;
  private int at;

  /**
   * @param name of the document, for errors
   */
  JsonCursor(String name, byte[] bytes) {
    this.name = name;
    this.bytes = bytes;
  }

  /** Where the next byte is. */
  int at() {
    return at;
  }

  /** Whether this is the next byte; then it is passed. */
  boolean passes(char ascii) {
    boolean there = at < bytes.length && bytes[at] == ascii;
    at += there ? 1 : 0;
    return there;
  }

  void pass(char ascii) {
    if (!passes(ascii)) {
      throw fault(": '" + ascii + "' was expected at byte " + at);
    }
  }

  /** Whether these bytes are at a place. */
  boolean has(int from, byte[] word) {
    return word.length <= bytes.length - from
        && Arrays.equals(bytes, from, from + word.length, word, 0, word.length);
  }

  /**
   * Passes an object.
   *
   * @param path of it, for an error
   * @param member is told where a key begins, and passes its value
   */
  void object(Supplier<String> path, IntConsumer member) {
    if (!passes('{')) {
      throw fault(path.get() + ": an object was expected");
    }
    if (passes('}')) {
      return;
    }
    do {
      pass('"');
      int key = at;
      behindQuote();
      pass(':');
      member.accept(key);
    } while (passes(','));
    pass('}');
  }

  /**
   * Passes the items of an array, and its end.
   *
   * @param item is told the number of one, from 0, and passes it
   */
  void items(IntConsumer item) {
    if (passes(']')) {
      return;
    }
    int index = 0;
    do {
      item.accept(index++);
    } while (passes(','));
    pass(']');
  }

  /** Passes the rest of a string. */
  void behindQuote() {
    at = behindQuote(at);
  }

  /** Passes a value of any kind. */
  void value() {
    int depth = 0;
    int i = at;
    do {
      byte b = i < bytes.length ? bytes[i] : (byte) ',';
      if (b == '"') {
        i = behindQuote(i + 1);
      } else if (b == '{' || b == '[') {
        depth++;
        i++;
      } else if (depth > 0 && i < bytes.length) {
        depth -= b == '}' || b == ']' ? 1 : 0;
        i++;
      } else {
        i = behindScalar(i);
      }
    } while (depth > 0);
    at = i;
  }

  RuntimeException fault(String what) {
    return new IllegalArgumentException(name + what);
  }

  private int behindQuote(int from) {
    for (int i = from; i < bytes.length; i++) {
      byte b = bytes[i];
      if (b == '"') {
        return i + 1;
      }
      i += b == '\\' ? 1 : 0;
    }
    throw fault(": it ends within a string");
  }

  private int behindScalar(int from) {
    int i = from;
    while (i < bytes.length && bytes[i] != ',' && bytes[i] != '}' && bytes[i] != ']') {
      i++;
    }
    if (i == bytes.length) {
      throw fault(": it ends too early");
    }
    return i;
  }
}
