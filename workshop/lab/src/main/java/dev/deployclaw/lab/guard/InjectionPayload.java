package dev.deployclaw.lab.guard;

import dev.deployclaw.policy.document.PackagedText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A text that tells an agent what to do.
 *
 * @param number from 1
 * @param risk of OWASP's Top 10 for Agentic Applications, for example {@code ASI01}
 * @param family how it tries
 */
record InjectionPayload(int number, String risk, String family, String text) {
  private static final int COLUMNS = 3;

  static List<InjectionPayload> all() {
    var out = new ArrayList<InjectionPayload>();
    for (String line : PackagedText.read(InjectionPayload.class, "payloads.tsv").lines().toList()) {
      if (!line.startsWith("#") && !line.isBlank()) {
        String[] columns = line.split("\t", COLUMNS);
        out.add(new InjectionPayload(out.size() + 1, columns[0], columns[1], columns[2]));
      }
    }
    return List.copyOf(out);
  }

  /** A name for a thing that holds it: letters, digits and hyphens. */
  String name() {
    return "p-%03d".formatted(number);
  }

  /** As much of it as stands in a name of such a thing. */
  String slug() {
    String plain = text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    String cut = plain.substring(0, Math.min(40, plain.length())).replaceAll("^-+|-+$", "");
    return name() + (cut.isEmpty() ? "" : "-" + cut);
  }
}
