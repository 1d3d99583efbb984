package dev.deployclaw.policy.imports;

import dev.deployclaw.policy.model.DnsLabel;
import java.util.Locale;
import java.util.Set;

/** Names of other systems as DNS labels. */
public final class DnsLabelConverter {
  private static final int LONGEST = 63;

  /** Of a longer name, the text before its number. */
  private static final int STEM = 56;

  private DnsLabelConverter() {}

  /** A label that a person recognizes; {@code otherwise} where nothing is left of the name. */
  public static String of(String name, String otherwise) {
    String plain =
        name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+|-+$", "");
    String cut = plain.length() > LONGEST ? plain.substring(0, STEM) : plain;
    String label = cut.replaceAll("-+$", "");
    return DnsLabel.isLabel(label) ? label : otherwise;
  }

  /** The same with a number behind it, where it is taken already; it is taken then. */
  static String unused(String label, Set<String> taken) {
    String stem = label.length() > STEM ? label.substring(0, STEM).replaceAll("-+$", "") : label;
    String free = label;
    for (int n = 2; !taken.add(free); n++) {
      free = stem + "-" + n;
    }
    return free;
  }
}
