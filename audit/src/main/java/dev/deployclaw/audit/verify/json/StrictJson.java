package dev.deployclaw.audit.verify.json;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A strict JSON reader (RFC 8259, I-JSON of RFC 7493): duplicate keys, lone surrogates, invalid
 * UTF-8, anything behind the value, and any spelling of a number but the shortest plain one are
 * failures. Objects keep their order. Values are {@code Map}, {@code List}, {@code String}, {@code
 * Boolean}, {@code Long}, {@code BigDecimal} and {@link Null}.
 */
public final class StrictJson {
  /** What JSON's {@code null} is read as. */
  public enum Null {
    NULL;

    @Override
    public String toString() {
      return "null";
    }
  }

  static final int MOST_DEPTH = 64;

  /** A log of 100,000 records has about 150 million. */
  public static final int MOST_BYTES = 256 << 20;

  private static final long MOST_WHOLE = (1L << 53) - 1;
  private static final int MOST_DIGITS = 24;

  private final String text;
  private int at;

  private StrictJson(String text) {
    this.text = text;
  }

  /** The bytes aren't strict JSON. */
  public static class Malformed extends Exception {
    Malformed(String what) {
      super(what);
    }
  }

  /** There are more bytes than {@link #MOST_BYTES}. */
  public static final class TooLarge extends Malformed {
    TooLarge() {
      super("more than " + MOST_BYTES + " bytes");
    }
  }

  public static Object parse(byte[] utf8) throws Malformed {
    if (utf8.length > MOST_BYTES) {
      throw new TooLarge();
    }
    var reader = new StrictJson(decode(utf8));
    Object value = reader.value(0);
    reader.space();
    if (reader.at < reader.text.length()) {
      throw reader.fault("there is more behind the value");
    }
    return value;
  }

  /** Empty where the bytes aren't an object of strict JSON. */
  public static Optional<Map<String, Object>> findObject(byte[] utf8) {
    try {
      return Optional.of(parseObject(utf8));
    } catch (Malformed e) {
      return Optional.empty();
    }
  }

  /** The same, where only an object will do. */
  public static Map<String, Object> parseObject(byte[] utf8) throws Malformed {
    if (parse(utf8) instanceof Map<?, ?> map) {
      return object(map);
    }
    throw new Malformed("not an object");
  }

  /** A value that is an object, with its type said. */
  @SuppressWarnings("unchecked")
  public static Map<String, Object> object(Map<?, ?> map) {
    return (Map<String, Object>) map;
  }

  /** Those of a value that is a list; of any other none. */
  public static List<Map<String, Object>> objects(@Nullable Object value) {
    var out = new ArrayList<Map<String, Object>>();
    if (value instanceof List<?> list) {
      for (Object item : list) {
        if (item instanceof Map<?, ?> map) {
          out.add(object(map));
        }
      }
    }
    return out;
  }

  private static String decode(byte[] utf8) throws Malformed {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw new Malformed("not UTF-8");
    }
  }

  private Object value(int depth) throws Malformed {
    if (depth > MOST_DEPTH) {
      throw fault("nested deeper than " + MOST_DEPTH);
    }
    space();
    return switch (peek()) {
      case '{' -> members(depth);
      case '[' -> items(depth);
      case '"' -> string();
      case 't' -> word("true", true);
      case 'f' -> word("false", false);
      case 'n' -> word("null", Null.NULL);
      default -> number();
    };
  }

  private Map<String, Object> members(int depth) throws Malformed {
    var map = new LinkedHashMap<String, Object>();
    at++;
    space();
    if (skip('}')) {
      return map;
    }
    do {
      space();
      String key = string();
      space();
      expect(':');
      if (map.containsKey(key)) {
        throw fault("the key \"" + key + "\" is given twice");
      }
      map.put(key, value(depth + 1));
      space();
    } while (skip(','));
    expect('}');
    return map;
  }

  private List<Object> items(int depth) throws Malformed {
    var list = new ArrayList<>();
    at++;
    space();
    if (skip(']')) {
      return list;
    }
    do {
      list.add(value(depth + 1));
      space();
    } while (skip(','));
    expect(']');
    return list;
  }

  private Object word(String word, Object value) throws Malformed {
    if (!text.startsWith(word, at)) {
      throw fault("not a value");
    }
    at += word.length();
    return value;
  }

  private Object number() throws Malformed {
    int from = at;
    skip('-');
    int whole = digits();
    if (whole > 1 && text.charAt(at - whole) == '0') {
      throw fault("a number with a leading zero");
    }
    if (!skip('.')) {
      return whole(text.substring(from, at));
    }
    digits();
    if (text.charAt(at - 1) == '0' || "eE".indexOf(peekOrSpace()) >= 0) {
      throw fault("a number that isn't in its shortest form");
    }
    return new BigDecimal(text.substring(from, at));
  }

  private Long whole(String digits) throws Malformed {
    if (digits.equals("-0") || digits.length() > 17 || "eE".indexOf(peekOrSpace()) >= 0) {
      throw fault("a number that isn't in its shortest form, or beyond 2^53");
    }
    long n = Long.parseLong(digits);
    if (Math.abs(n) > MOST_WHOLE) {
      throw fault("a number beyond 2^53");
    }
    return n;
  }

  private int digits() throws Malformed {
    int from = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    if (at == from || at - from > MOST_DIGITS) {
      throw fault("not a value");
    }
    return at - from;
  }

  private String string() throws Malformed {
    expect('"');
    int from = at;
    while (at < text.length() && isPlain(text.charAt(at))) {
      at++;
    }
    var out = new StringBuilder().append(text, from, at);
    if (skip('"')) {
      return out.toString();
    }
    for (char c = next(); c != '"'; c = next()) {
      if (c < 0x20) {
        throw fault("a control character in a string");
      }
      out.append(c == '\\' ? escaped() : c);
    }
    requirePairs(out);
    return out.toString();
  }

  /** Stands for itself, and is no half of a pair. */
  private static boolean isPlain(char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
  }

  private char escaped() throws Malformed {
    char c = next();
    return switch (c) {
      case '"', '\\', '/' -> c;
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'u' -> unicode();
      default -> throw fault("an unknown escape");
    };
  }

  private char unicode() throws Malformed {
    int code = 0;
    for (int i = 0; i < 4; i++) {
      char c = next();
      int digit = c < 128 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        throw fault("not a hexadecimal digit");
      }
      code = code << 4 | digit;
    }
    return (char) code;
  }

  private void requirePairs(CharSequence s) throws Malformed {
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < s.length()
              && Character.isLowSurrogate(s.charAt(i + 1));
      if (pair) {
        i++;
      } else if (Character.isSurrogate(c)) {
        throw fault("half a surrogate pair");
      }
    }
  }

  private void space() {
    while (at < text.length() && isSpace(text.charAt(at))) {
      at++;
    }
  }

  private static boolean isSpace(char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t';
  }

  private char peek() throws Malformed {
    if (at >= text.length()) {
      throw fault("the text ends early");
    }
    return text.charAt(at);
  }

  private char peekOrSpace() {
    return at < text.length() ? text.charAt(at) : ' ';
  }

  private char next() throws Malformed {
    char c = peek();
    at++;
    return c;
  }

  private boolean skip(char c) {
    boolean there = at < text.length() && text.charAt(at) == c;
    at += there ? 1 : 0;
    return there;
  }

  private void expect(char c) throws Malformed {
    if (!skip(c)) {
      throw fault("expected '" + c + "'");
    }
  }

  private Malformed fault(String what) {
    return new Malformed(what + " at character " + at);
  }
}
