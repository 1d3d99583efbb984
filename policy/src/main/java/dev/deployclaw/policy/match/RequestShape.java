package dev.deployclaw.policy.match;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.regex.Pattern;

/**
 * What of a request decides which limits apply.
 *
 * @param path in normal form, as {@link #ofUri} makes it; no query
 * @param method in upper case
 */
public record RequestShape(String service, String path, String method) {

  /** What no gateway passes on, unless it is told to, however a client writes it. */
  private static final Pattern AMBIGUOUS = Pattern.compile("[;\\\\\\p{Cntrl}]|%[0-9A-Fa-f]{2}");

  /** Whether a path in normal form has a spelling that a gateway passes on by default. */
  public static boolean isPlain(String path) {
    return !AMBIGUOUS.matcher(path).find();
  }

  /**
   * The shape of a request as it came in. The path is brought to the spelling that NGINX gives its
   * {@code $uri} before it picks a location: query and fragment cut, percent-decoded once, dot
   * segments resolved, empty segments merged. So gateway and limit mean the same path. That
   * upstreams mean it, too, is the gateway's part: what they could read differently it refuses.
   *
   * @param uri the request target, with or without a query
   */
  public static RequestShape ofUri(String service, String uri, String method) {
    return new RequestShape(service, normalPath(uri), method);
  }

  private static String normalPath(String uri) {
    String path = decoded(cut(cut(uri, '#'), '?'));
    Deque<String> kept = new ArrayDeque<>();
    String last = "";
    for (String segment : path.split("/", -1)) {
      last = segment;
      switch (segment) {
        case "", "." -> {}
        case ".." -> kept.pollLast();
        default -> kept.addLast(segment);
      }
    }
    boolean folder = last.isEmpty() || last.equals(".") || last.equals("..");
    return "/" + String.join("/", kept) + (folder && !kept.isEmpty() ? "/" : "");
  }

  private static String cut(String text, char at) {
    int end = text.indexOf(at);
    return end < 0 ? text : text.substring(0, end);
  }

  /** Percent-decoded once, as UTF-8; what isn't a valid escape stays as it is. */
  private static String decoded(String path) {
    if (path.indexOf('%') < 0) {
      return path;
    }
    byte[] in = path.getBytes(StandardCharsets.UTF_8);
    var out = new ByteArrayOutputStream(in.length);
    for (int i = 0; i < in.length; i++) {
      int octet = in[i] == '%' ? octet(in, i + 1) : -1;
      out.write(octet < 0 ? in[i] : octet);
      i += octet < 0 ? 0 : 2;
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  private static int octet(byte[] text, int at) {
    if (at + 2 > text.length) {
      return -1;
    }
    int high = Character.digit(text[at], 16);
    int low = Character.digit(text[at + 1], 16);
    return high < 0 || low < 0 ? -1 : high * 16 + low;
  }
}
