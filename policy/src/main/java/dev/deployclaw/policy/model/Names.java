package dev.deployclaw.policy.model;

import java.util.regex.Pattern;

/** The spelling rule of names: a DNS label (RFC 1123), 1 to 63 characters. */
public final class Names {
  private static final Pattern LABEL = Pattern.compile("[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

  private Names() {}

  public static boolean isLabel(String name) {
    return LABEL.matcher(name).matches();
  }

  /** Returns {@code name}, or throws with {@code what} in the message. */
  public static String label(String what, String name) {
    if (!isLabel(name)) {
      throw new IllegalArgumentException(what + " is not a DNS label: \"" + name + "\"");
    }
    return name;
  }
}
