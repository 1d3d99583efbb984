package dev.deployclaw.policy.imports.yaml;

import dev.deployclaw.policy.document.DocumentNode.Scalar;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a scalar is to the YAML library of envoyproxy/ratelimit (gopkg.in/yaml.v2, which follows
 * YAML 1.1): {@code yes} is a flag, {@code 010} is eight, and {@code 1.5} is a number that its
 * loader refuses even where text is expected.
 */
public enum GoYamlScalar {
  TEXT,
  WHOLE,
  FRACTION,
  FLAG,
  NOTHING;

  private static final Set<String> TRUE =
      Set.of("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON");
  private static final Set<String> FALSE =
      Set.of("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF");
  private static final Pattern FLOAT =
      Pattern.compile(
          "[-+]?(\\.[0-9]+|[0-9]+(\\.[0-9]*)?)([eE][-+]?[0-9]+)?|[-+]?\\.(inf|Inf|INF)"
              + "|\\.(nan|NaN|NAN)");

  public static GoYamlScalar of(Scalar text) {
    if (!text.plain()) {
      return TEXT;
    }
    if (text.isNothing()) {
      return NOTHING;
    }
    if (TRUE.contains(text.text()) || FALSE.contains(text.text())) {
      return FLAG;
    }
    if (whole(text.text()).isPresent()) {
      return WHOLE;
    }
    return FLOAT.matcher(text.text().replace("_", "")).matches() ? FRACTION : TEXT;
  }

  public static boolean flag(String text) {
    return TRUE.contains(text);
  }

  /** A whole number within 64 bits, in the bases of Go. */
  public static Optional<Long> whole(String text) {
    String plain = text.replace("_", "").toLowerCase(Locale.ROOT);
    boolean negative = plain.startsWith("-");
    String digits = negative || plain.startsWith("+") ? plain.substring(1) : plain;
    try {
      long value = magnitude(digits);
      return Optional.of(negative ? -value : value);
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  private static long magnitude(String digits) {
    if (digits.isEmpty() || !Character.isDigit(digits.charAt(0))) {
      throw new NumberFormatException(digits);
    }
    if (digits.startsWith("0x")) {
      return Long.parseLong(digits, 2, digits.length(), 16);
    }
    if (digits.startsWith("0b")) {
      return Long.parseLong(digits, 2, digits.length(), 2);
    }
    if (digits.startsWith("0o")) {
      return Long.parseLong(digits, 2, digits.length(), 8);
    }
    return digits.length() > 1 && digits.startsWith("0")
        ? Long.parseLong(digits, 8)
        : Long.parseLong(digits);
  }
}
