package dev.deployclaw.policy.model;

/** The spelling rule of names: a DNS label (RFC 1123), 1 to 63 characters. */
public final class DnsLabel {
  private static final int LONGEST = 63;

  private DnsLabel() {}

  /** Whether it is lower-case letters, digits, and hyphens except at either end. */
  public static boolean isLabel(String name) {
    if (name.isEmpty() || name.length() > LONGEST) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      boolean end = i == 0 || i == name.length() - 1;
      if (!isLetterOrDigit(name.charAt(i)) && (end || name.charAt(i) != '-')) {
        return false;
      }
    }
    return true;
  }

  /** Returns {@code name}, or throws with {@code what} in the message. */
  public static String label(String what, String name) {
    if (!isLabel(name)) {
      throw new IllegalArgumentException(what + " is not a DNS label: \"" + name + "\"");
    }
    return name;
  }

  private static boolean isLetterOrDigit(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  }
}
