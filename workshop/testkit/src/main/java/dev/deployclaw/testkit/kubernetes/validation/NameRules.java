package dev.deployclaw.testkit.kubernetes.validation;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Names as {@code apimachinery/pkg/util/validation} wants them; what is wrong, or empty. */
final class NameRules {
  private static final int LONGEST_LABEL = 63;
  private static final int LONGEST_SUBDOMAIN = 253;

  private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
  private static final String SUBDOMAIN = LABEL + "(\\." + LABEL + ")*";
  private static final String PART = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
  private static final String VALUE = "(" + PART + ")?";
  private static final Pattern CONFIG_KEY = Pattern.compile("[-._a-zA-Z0-9]+");

  private NameRules() {}

  static Optional<String> subdomain(String name) {
    return fits(name, SUBDOMAIN, LONGEST_SUBDOMAIN)
        ? Optional.empty()
        : Optional.of(
            ("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters,"
                    + " '-' or '.', and must start and end with an alphanumeric character (e.g."
                    + " 'example.com', regex used for validation is '%s')")
                .formatted(SUBDOMAIN));
  }

  static Optional<String> label(String name) {
    return fits(name, LABEL, LONGEST_LABEL)
        ? Optional.empty()
        : Optional.of(
            ("a lowercase RFC 1123 label must consist of lower case alphanumeric characters or"
                    + " '-', and must start and end with an alphanumeric character (e.g. 'my-name',"
                    + "  or '123-abc', regex used for validation is '%s')")
                .formatted(LABEL));
  }

  static Optional<String> qualified(String key) {
    var parts = List.of(key.split("/", -1));
    boolean prefixed = parts.size() == 2 && subdomain(parts.getFirst()).isEmpty();
    boolean known = parts.size() == 1 || prefixed;
    return known && fits(parts.getLast(), PART, LONGEST_LABEL)
        ? Optional.empty()
        : Optional.of(
            ("name part must consist of alphanumeric characters, '-', '_' or '.', and must start"
                    + " and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or"
                    + " '123-abc', regex used for validation is '%s')")
                .formatted(PART));
  }

  static Optional<String> labelValue(String value) {
    if (value.length() > LONGEST_LABEL) {
      return Optional.of("must be no more than 63 bytes");
    }
    return fits(value, VALUE, LONGEST_LABEL)
        ? Optional.empty()
        : Optional.of(
            ("a valid label must be an empty string or consist of alphanumeric characters, '-', '_'"
                    + " or '.', and must start and end with an alphanumeric character (e.g."
                    + " 'MyValue',  or 'my_value',  or '12345', regex used for validation is '%s')")
                .formatted(VALUE));
  }

  static Optional<String> configKey(String key) {
    boolean dots = key.equals(".") || key.startsWith("..");
    return key.length() <= LONGEST_SUBDOMAIN && !dots && CONFIG_KEY.matcher(key).matches()
        ? Optional.empty()
        : Optional.of(
            ("a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g."
                    + " 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is"
                    + " '%s')")
                .formatted(CONFIG_KEY));
  }

  private static boolean fits(String text, String pattern, int longest) {
    return text.length() <= longest && text.matches(pattern);
  }
}
