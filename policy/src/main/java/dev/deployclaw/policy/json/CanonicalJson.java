package dev.deployclaw.policy.json;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * RFC 8785 (JSON Canonicalization Scheme) for the subset we use: objects, arrays, strings,
 * booleans, null and whole numbers within 2^53. Anything else is a bug and throws.
 */
public final class CanonicalJson {
  static final long MOST = (1L << 53) - 1;

  private CanonicalJson() {}

  /** The canonical UTF-8 bytes of maps, lists, strings, booleans and whole numbers. */
  public static byte[] bytes(@Nullable Object value) {
    return text(value).getBytes(StandardCharsets.UTF_8);
  }

  public static String text(@Nullable Object value) {
    var out = new StringBuilder();
    write(out, value);
    return out.toString();
  }

  /** SHA-256 in lower-case hex. */
  public static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(sha256().digest(bytes));
  }

  /** The same of a text in UTF-8. */
  public static String sha256(String text) {
    return sha256(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A new SHA-256, for what comes in pieces. */
  public static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static void write(StringBuilder out, @Nullable Object value) {
    switch (value) {
      case null -> out.append("null");
      case String s -> string(out, s);
      case Boolean b -> out.append(b);
      case Integer n -> number(out, n);
      case Long n -> number(out, n);
      case Map<?, ?> map -> object(out, map);
      case List<?> list -> array(out, list);
      default -> throw new IllegalArgumentException("no canonical form: " + value.getClass());
    }
  }

  private static void number(StringBuilder out, long n) {
    if (Math.abs(n) > MOST) {
      throw new IllegalArgumentException("beyond 2^53: " + n);
    }
    out.append(n);
  }

  /** Keys are ordered by UTF-16 code units, as RFC 8785 section 3.2.3 has it. */
  private static void object(StringBuilder out, Map<?, ?> map) {
    var sorted = new TreeMap<String, @Nullable Object>();
    map.forEach((k, v) -> sorted.put((String) k, v));
    out.append('{');
    String comma = "";
    for (var entry : sorted.entrySet()) {
      out.append(comma);
      string(out, entry.getKey());
      out.append(':');
      write(out, entry.getValue());
      comma = ",";
    }
    out.append('}');
  }

  private static void array(StringBuilder out, List<?> list) {
    out.append('[');
    String comma = "";
    for (var item : list) {
      out.append(comma);
      write(out, item);
      comma = ",";
    }
    out.append(']');
  }

  /** What needs no escape goes over in one piece. */
  private static void string(StringBuilder out, String s) {
    out.append('"');
    int plain = 0;
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      if (c < ' ' || c == '"' || c == '\\') {
        out.append(s, plain, i);
        escape(out, c);
        plain = i + 1;
      }
    }
    out.append(s, plain, s.length()).append('"');
  }

  private static void escape(StringBuilder out, char c) {
    switch (c) {
      case '"' -> out.append("\\\"");
      case '\\' -> out.append("\\\\");
      case '\b' -> out.append("\\b");
      case '\f' -> out.append("\\f");
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      default -> out.append("\\u%04x".formatted((int) c));
    }
  }
}
