package dev.deployclaw.core.planner;

import java.util.List;
import java.util.function.Predicate;

/**
 * Requests of 2026-11-26, each set by another person, who knew the design and the names and had not
 * seen the rules; measured once before a rule was changed for it. The floors hold what came of them
 * after the plans that nobody asked for were mended.
 */
enum BlindSet {
  FIRST("blind-2026-11-26.jsonl"),
  SECOND("blind-2026-11-26-b.jsonl"),
  THIRD("blind-2026-11-26-c.jsonl");

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
      case FIRST -> new Floors(160, 149, 90, 36, 23);
      case SECOND -> new Floors(200, 186, 107, 44, 35);
      case THIRD -> new Floors(120, 107, 49, 35, 23);
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

  private Inventory inventory() {
    return this == FIRST ? Corpus.INVENTORY : Corpus.SAMPLES;
  }
}
