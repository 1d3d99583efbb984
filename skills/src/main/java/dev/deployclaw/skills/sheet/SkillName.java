package dev.deployclaw.skills.sheet;

import java.lang.Character.UnicodeScript;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;

/**
 * The spelling rule of a skill's name, as the reference validator has it, and the look-alikes that
 * it doesn't see.
 */
final class SkillName {
  private static final int LONGEST = 64;

  /** Cyrillic and Greek small letters that print like Latin ones. */
  private static final String LATIN_TWINS = "асеорхуіјѕһԁѡοανικρτ";

  private SkillName() {}

  static String normal(String name) {
    return Normalizer.normalize(name.strip(), Normalizer.Form.NFKC);
  }

  static String of(Path folder) {
    var last = folder.getFileName();
    return last == null ? "" : normal(last.toString());
  }

  static void check(Optional<String> written, int line, Path folder, DiagnosticCollector findings) {
    if (written.isEmpty() || written.get().isBlank()) {
      findings.violation(line, "the name is missing or empty", "name it " + of(folder));
      return;
    }
    String name = normal(written.get());
    spelling(name, line, findings);
    if (!name.equals(of(folder))) {
      findings.violation(
          line,
          "the name \"%s\" differs from the folder's name \"%s\"".formatted(name, of(folder)),
          "rename one of them");
    }
    lookalikes(written.get().strip(), name, line, findings);
  }

  private static void spelling(String name, int line, DiagnosticCollector findings) {
    if (name.codePointCount(0, name.length()) > LONGEST) {
      findings.violation(line, "the name is longer than 64 characters", "shorten it");
    }
    if (!name.equals(name.toLowerCase(Locale.ROOT))) {
      findings.violation(line, "the name has capital letters", "write it in lower case");
    }
    if (name.startsWith("-") || name.endsWith("-")) {
      findings.violation(line, "the name starts or ends with a hyphen", "remove the hyphen");
    }
    if (name.contains("--")) {
      findings.violation(line, "the name has two hyphens in a row", "keep one");
    }
    if (!name.codePoints().allMatch(c -> c == '-' || Character.isLetterOrDigit(c))) {
      findings.violation(
          line, "the name has characters other than letters, digits and hyphens", "remove them");
    }
  }

  private static void lookalikes(
      String written, String name, int line, DiagnosticCollector findings) {
    if (!name.equals(Normalizer.normalize(written, Normalizer.Form.NFC))) {
      findings.warning(
          line,
          "the name contains look-alike characters; it means \"" + name + "\"",
          "write that name");
    }
    var scripts = EnumSet.noneOf(UnicodeScript.class);
    name.codePoints().filter(Character::isLetter).forEach(c -> scripts.add(UnicodeScript.of(c)));
    boolean mixed = scripts.contains(UnicodeScript.LATIN) && scripts.size() > 1;
    boolean twin =
        !scripts.contains(UnicodeScript.LATIN)
            && name.codePoints()
                .filter(Character::isLetter)
                .allMatch(c -> LATIN_TWINS.indexOf(c) >= 0)
            && !scripts.isEmpty();
    if (mixed || twin) {
      findings.warning(
          line, "the name can be confused with another: it mixes or mimics scripts", "use a-z");
    }
  }
}
