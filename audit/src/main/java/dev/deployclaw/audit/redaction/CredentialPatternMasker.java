package dev.deployclaw.audit.redaction;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Credentials that can be told by the text around them: keys in PEM, users in addresses, headers of
 * HTTP, users of container registries. Repetitions are bounded, so that no text is slow. Pure.
 */
final class CredentialPatternMasker {
  private static final String BEGIN = "-----BEGIN ";
  private static final String END = "-----END ";
  private static final String STROKES = "-----";
  private static final int LONGEST_LABEL = 64;

  private static final String SCHEME_END = "://";
  private static final int LONGEST_USER = 1024;

  /** Characters; a shorter user without a password is taken for a name. */
  private static final int SHORTEST_ALONE = 12;

  private static final Pattern AUTHORIZATION =
      Pattern.compile(
          "(?i)(authorization(?:\\\\{0,3}[\"'])?\\s{0,4}[:=]\\s{0,4}(?:\\\\{0,3}[\"'])?)"
              + "(?:(\\w{1,20}) )?[^\\s\"',\\\\]{1,4096}");
  private static final Pattern BEARER =
      Pattern.compile("(?i)\\b(bearer)\\s{1,4}[A-Za-z0-9._~+/=-]{8,4096}");

  /** As in a registry's configuration file: a name and a password, in Base64. */
  private static final Pattern AUTH =
      Pattern.compile(
          "(\"auth\\\\{0,3}\"\\s{0,4}:\\s{0,4}\\\\{0,3}\")([A-Za-z0-9+/_=-]{8,4096})(?=\\\\{0,3}\")");

  private CredentialPatternMasker() {}

  static String masked(String text) {
    String out = addresses(pem(text, true));
    String lower = NamedSecretMasker.lower(out);
    if (lower.contains("authorization")) {
      out = AUTHORIZATION.matcher(out).replaceAll("$1$2 " + MaskedTextBuilder.MASK);
    }
    if (lower.contains("bearer")) {
      out = BEARER.matcher(out).replaceAll("$1 " + MaskedTextBuilder.MASK);
    }
    return out.contains("\"auth")
        ? AUTH.matcher(out).replaceAll(CredentialPatternMasker::auth)
        : out;
  }

  private static String auth(MatchResult found) {
    String shown = isUser(found.group(2)) ? found.group(1) + MaskedTextBuilder.MASK : found.group();
    return Matcher.quoteReplacement(shown);
  }

  /** Whether that is Base64 of a name and a password with a colon between. */
  static boolean isUser(String text) {
    try {
      byte[] user = Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
      return new String(user, StandardCharsets.ISO_8859_1).indexOf(':') > 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * Without private keys and seeds in PEM (RFC 7468).
   *
   * @param open whether also those that don't end, and those in which a string of JSON does
   */
  static String pem(String text, boolean open) {
    var masks = new MaskedTextBuilder(text);
    int end = 0;
    int next = 0;
    for (int at = text.indexOf(BEGIN); at >= 0; at = text.indexOf(BEGIN, next)) {
      int label = at + BEGIN.length();
      int body = text.indexOf(STROKES, label, Math.min(text.length(), label + LONGEST_LABEL));
      next = label;
      if (body >= 0 && isPrivate(text.substring(label, body))) {
        end = end > body ? end : pemEnd(text, body + STROKES.length());
        int quote = open ? -1 : text.indexOf('"', at, end);
        next = quote < 0 ? end : quote;
        if (quote < 0 && (open || end < text.length() || text.endsWith(STROKES))) {
          masks.mask(at, end);
        }
      }
    }
    return masks.masked();
  }

  private static boolean isPrivate(String label) {
    return label.contains("PRIVATE") || label.contains("SEED") || label.contains("JWT");
  }

  /** Where the text ends, if the block doesn't. */
  private static int pemEnd(String text, int from) {
    int end = text.indexOf(END, from);
    int strokes = end < 0 ? -1 : text.indexOf(STROKES, end + END.length());
    return strokes < 0 ? text.length() : strokes + STROKES.length();
  }

  /** Without passwords of users in addresses, and without users that have none and are long. */
  private static String addresses(String text) {
    var masks = new MaskedTextBuilder(text);
    int end = 0;
    for (int at = text.indexOf(SCHEME_END); at >= 0; at = text.indexOf(SCHEME_END, end)) {
      int from = at + SCHEME_END.length();
      end = from;
      int host = hostAt(text, from);
      int colon = text.indexOf(':', from, Math.max(from, host));
      int secret = colon < 0 ? from : colon + 1;
      boolean hides = colon >= 0 ? host > secret : host - from >= SHORTEST_ALONE;
      if (hides && at > 0 && TokenMasker.isWord(text.charAt(at - 1))) {
        masks.mask(secret, host);
        end = host;
      }
    }
    return masks.masked();
  }

  /** Where the last {@code @} of the text before the first slash is; negative without one. */
  private static int hostAt(String text, int from) {
    int most = Math.min(text.length(), from + LONGEST_USER);
    int host = -1;
    for (int i = from; i < most; i++) {
      char c = text.charAt(i);
      if (c == '@') {
        host = i;
      } else if (c == '/' || c == '"' || c == '<' || c == '>' || Character.isWhitespace(c)) {
        return host;
      }
    }
    return host;
  }
}
