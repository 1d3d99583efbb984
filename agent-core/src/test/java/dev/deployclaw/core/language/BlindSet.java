package dev.deployclaw.core.language;

import java.util.List;
import java.util.function.Predicate;

/**
 * Requests of 2026-11-26 and 2026-11-27, by people who knew the design and the names and had not
 * seen the rules: each set by another one, but for the fourth and the fifth, which one person
 * wrote. Each was measured once before a rule was changed for it. The floors hold what comes of
 * them now. Three that were asked about by design are planned since a request may have several
 * operations and a key: one each of the first, the second and the fourth set. As first measured the
 * sixth had 54 exact, 24 of 30 clear, 18 of 18 asked and 12 of 12 refused.
 */
enum BlindSet {
  FIRST("blind-2026-11-26.jsonl"),
  SECOND("blind-2026-11-26-b.jsonl"),
  THIRD("blind-2026-11-26-c.jsonl"),
  FOURTH("blind-2026-11-27-d.jsonl"),
  FIFTH("blind-2026-11-27-e.jsonl"),
  SIXTH("blind-2026-11-27-f.jsonl");

  /**
   * @param size how many there are
   * @param exact come to what must come of them, and of these:
   * @param clear are planned
   * @param asked are asked about
   * @param refused are refused
   */
  record Floors(int size, int exact, int clear, int asked, int refused) {}

  private final String file;

  BlindSet(String file) {
    this.file = file;
  }

  Floors floors() {
    return switch (this) {
      case FIRST -> new Floors(160, 155, 94, 36, 25);
      case SECOND -> new Floors(200, 181, 104, 44, 33);
      case THIRD -> new Floors(120, 111, 52, 35, 24);
      case FOURTH -> new Floors(120, 100, 41, 34, 25);
      case FIFTH -> new Floors(120, 94, 35, 35, 24);
      case SIXTH -> new Floors(60, 55, 24, 19, 12);
    };
  }

  List<Corpus.Case> cases() {
    return Corpus.cases(file);
  }

  long right(Predicate<Corpus.Case> which) {
    return Corpus.right(cases().stream().filter(which), inventory());
  }

  List<String> otherPlans() {
    return Corpus.otherPlans(cases(), inventory());
  }

  private NameInventory inventory() {
    return this == FIRST ? Corpus.INVENTORY : Corpus.SAMPLES;
  }
}
