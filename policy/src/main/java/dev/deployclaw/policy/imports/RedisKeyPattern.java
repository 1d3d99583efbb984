package dev.deployclaw.policy.imports;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The names of keys that hold limits, as {@code rate_limit:{tenant}}. A placeholder stands for any
 * run of characters without a colon.
 */
public final class RedisKeyPattern {
  private static final String TENANT = "{tenant}";
  private static final String SERVICE = "{service}";
  private static final String RUN = "([^:]+)";

  private final String text;
  private final Pattern pattern;
  private final boolean tenantFirst;

  private RedisKeyPattern(String text, Pattern pattern) {
    this.text = text;
    this.pattern = pattern;
    this.tenantFirst = !text.contains(SERVICE) || text.indexOf(TENANT) < text.indexOf(SERVICE);
  }

  /** Empty where it doesn't name {@code {tenant}} once, or names {@code {service}} twice. */
  public static Optional<RedisKeyPattern> of(String text) {
    boolean sound =
        text.contains(TENANT)
            && text.indexOf(TENANT) == text.lastIndexOf(TENANT)
            && text.indexOf(SERVICE) == text.lastIndexOf(SERVICE);
    if (!sound) {
      return Optional.empty();
    }
    String regex =
        Pattern.quote(text)
            .replace(TENANT, "\\E" + RUN + "\\Q")
            .replace(SERVICE, "\\E" + RUN + "\\Q");
    return Optional.of(new RedisKeyPattern(text, Pattern.compile(regex)));
  }

  /** The pattern that Redis' {@code SCAN MATCH} knows; it finds all of them, and perhaps others. */
  public String glob() {
    return text.replaceAll("([\\[\\]*?\\\\])", "\\\\$1").replace(TENANT, "*").replace(SERVICE, "*");
  }

  record Named(String tenant, Optional<String> service) {}

  Optional<Named> names(String key) {
    Matcher parts = pattern.matcher(key);
    if (!parts.matches()) {
      return Optional.empty();
    }
    if (!text.contains(SERVICE)) {
      return Optional.of(new Named(parts.group(1), Optional.empty()));
    }
    String tenant = parts.group(tenantFirst ? 1 : 2);
    return Optional.of(new Named(tenant, Optional.of(parts.group(tenantFirst ? 2 : 1))));
  }
}
