package dev.deployclaw.lab.judge.protocol;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** A JSON value (RFC 8259); what isn't there is an empty object. */
public record JsonValue(Object value) {
  private static final JsonValue NOTHING = new JsonValue(Map.of());
  private static final int DEEPEST = 64;

  public static JsonValue parse(String text) {
    var reader = new Reader(text);
    var value = reader.value(0);
    reader.blank();
    if (reader.at < text.length()) {
      throw reader.wrong();
    }
    return new JsonValue(value);
  }

  public JsonValue at(String field) {
    return value instanceof Map<?, ?> fields && fields.containsKey(field)
        ? new JsonValue(Objects.requireNonNull(fields.get(field)))
        : NOTHING;
  }

  String text() {
    return value instanceof Map || value instanceof List ? "" : value.toString();
  }

  public String text(String field) {
    return at(field).text();
  }

  /** Zero where there is none, as protobuf's JSON has it. */
  public long number(String field) {
    String text = text(field);
    return text.isEmpty() ? 0 : Long.parseLong(text);
  }

  public boolean has(String field) {
    return value instanceof Map<?, ?> fields && fields.containsKey(field);
  }

  public List<JsonValue> items(String field) {
    return at(field).value instanceof List<?> list
        ? list.stream().map(item -> new JsonValue(item)).toList()
        : List.of();
  }

  /** Recursive descent. Null becomes the empty string; numbers stay text until they are asked. */
  private static final class Reader {
    private final String text;
    private int at;

    Reader(String text) {
      this.text = text;
    }

    Object value(int depth) {
      blank();
      if (depth > DEEPEST || at >= text.length()) {
        throw wrong();
      }
      return switch (text.charAt(at)) {
        case '{' -> object(depth);
        case '[' -> array(depth);
        case '"' -> string();
        default -> word();
      };
    }

    private Map<String, Object> object(int depth) {
      var out = new LinkedHashMap<String, Object>();
      at++;
      while (!ends('}')) {
        blank();
        String name = string();
        expect(':');
        out.put(name, value(depth + 1));
        separated('}');
      }
      return out;
    }

    private List<Object> array(int depth) {
      var out = new ArrayList<>();
      at++;
      while (!ends(']')) {
        out.add(value(depth + 1));
        separated(']');
      }
      return out;
    }

    private String string() {
      expect('"');
      var out = new StringBuilder();
      while (at < text.length() && text.charAt(at) != '"') {
        out.append(text.charAt(at) == '\\' ? escaped() : text.charAt(at++));
      }
      expect('"');
      return out.toString();
    }

    private char escaped() {
      if (at + 1 >= text.length()) {
        throw wrong();
      }
      char kind = text.charAt(at + 1);
      at += 2;
      return switch (kind) {
        case 'b' -> '\b';
        case 'f' -> '\f';
        case 'n' -> '\n';
        case 'r' -> '\r';
        case 't' -> '\t';
        case 'u' -> unicode();
        default -> kind;
      };
    }

    private char unicode() {
      if (at + 4 > text.length()) {
        throw wrong();
      }
      at += 4;
      return (char) Integer.parseInt(text.substring(at - 4, at), 16);
    }

    private String word() {
      int from = at;
      while (at < text.length() && ",]} \t\r\n".indexOf(text.charAt(at)) < 0) {
        at++;
      }
      String word = text.substring(from, at);
      if (!word.matches("true|false|null|-?\\d[-+.eE\\d]*")) {
        throw wrong();
      }
      return word.equals("null") ? "" : word;
    }

    private boolean ends(char close) {
      blank();
      if (at < text.length() && text.charAt(at) == close) {
        at++;
        return true;
      }
      return false;
    }

    /** A comma, or the end, which stays. */
    private void separated(char close) {
      blank();
      if (at < text.length() && text.charAt(at) != close) {
        expect(',');
      }
    }

    private void expect(char c) {
      blank();
      if (at >= text.length() || text.charAt(at) != c) {
        throw wrong();
      }
      at++;
    }

    private void blank() {
      while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
        at++;
      }
    }

    private IllegalArgumentException wrong() {
      String around = text.substring(Math.max(0, at - 20), Math.min(text.length(), at + 20));
      return new IllegalArgumentException("not JSON at " + at + ": " + around);
    }
  }
}
