package dev.deployclaw.audit.verify.json;

import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes what {@link StrictJson} reads: in the canonical form (RFC 8785, where a decimal number
 * stands in its shortest plain spelling), or indented for people with the order of keys kept.
 */
public final class JsonFormatter {
  private final StringBuilder out = new StringBuilder();
  private final boolean pretty;

  private JsonFormatter(boolean pretty) {
    this.pretty = pretty;
  }

  public static String canonical(Object value) {
    return new JsonFormatter(false).write(value, 0).toString();
  }

  /** Two blanks of indent for each level, and a line feed at the end. */
  public static String pretty(Object value) {
    return new JsonFormatter(true).write(value, 0).append('\n').toString();
  }

  /**
   * {@code units} of 10^-{@code scale} as an exact decimal number in its shortest plain form; whole
   * numbers without a point. The one rule by which a {@code _us} becomes seconds or milliseconds.
   */
  public static Object decimal(long units, int scale) {
    BigDecimal exact = BigDecimal.valueOf(units, scale).stripTrailingZeros();
    return exact.scale() <= 0 ? (Object) exact.longValueExact() : exact;
  }

  private StringBuilder write(Object value, int depth) {
    return switch (value) {
      case String s -> string(s);
      case Boolean b -> out.append(b);
      case Integer n -> out.append(n);
      case Long n -> out.append(n);
      case BigDecimal n -> out.append(n.stripTrailingZeros().toPlainString());
      case Map<?, ?> map -> object(StrictJson.object(map), depth);
      case List<?> list -> array(list, depth);
      case StrictJson.Null _ -> out.append("null");
      default -> throw new IllegalArgumentException("not a JSON value: " + value.getClass());
    };
  }

  private StringBuilder object(Map<String, Object> map, int depth) {
    String before = "{";
    for (var entry : (pretty ? map : new TreeMap<>(map)).entrySet()) {
      line(before, depth + 1);
      string(entry.getKey()).append(pretty ? ": " : ":");
      write(entry.getValue(), depth + 1);
      before = ",";
    }
    return end(map.isEmpty(), "{", "}", depth);
  }

  private StringBuilder array(List<?> list, int depth) {
    String before = "[";
    for (Object item : list) {
      line(before, depth + 1);
      write(item, depth + 1);
      before = ",";
    }
    return end(list.isEmpty(), "[", "]", depth);
  }

  private void line(String before, int depth) {
    out.append(before);
    if (pretty) {
      out.append('\n').repeat("  ", depth);
    }
  }

  private StringBuilder end(boolean empty, String open, String close, int depth) {
    if (empty) {
      out.append(open).append(close);
    } else {
      line("", depth);
      out.append(close);
    }
    return out;
  }

  /** What stands for itself is copied from one escape to the next. */
  private StringBuilder string(String s) {
    out.append('"');
    int copied = 0;
    for (int i = 0; i < s.length(); i++) {
      char c = s.charAt(i);
      if (c < 0x20 || c == '"' || c == '\\') {
        out.append(s, copied, i).append(escape(c));
        copied = i + 1;
      }
    }
    return out.append(s, copied, s.length()).append('"');
  }

  private static String escape(char c) {
    return switch (c) {
      case '"' -> "\\\"";
      case '\\' -> "\\\\";
      case '\b' -> "\\b";
      case '\f' -> "\\f";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> "\\u%04x".formatted((int) c);
    };
  }
}
