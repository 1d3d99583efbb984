package dev.deployclaw.core.planner;

import java.util.List;
import java.util.regex.Pattern;

/** How an order begins, and what leads to it. Pure. */
final class Opening {
  private static final Rules RULES = Rules.of("story.txt");

  private static final String LEAD = "(?:" + RULES.any("lead") + " )*";
  private static final String LED = " " + LEAD + "(?:" + RULES.any("ask") + " )?" + LEAD;
  private static final String CLEAR_VERB = RULES.any("clear-verb");

  /** Some verbs are their own past: "we met, set the limit, and went". */
  private static final String VERB = "(?:" + CLEAR_VERB + "|" + RULES.words("verb") + ")";

  private static final Pattern OPENS = Pattern.compile(LED + VERB + " .*");
  private static final Pattern OPENS_CLEARLY =
      Pattern.compile(LED + CLEAR_VERB + " .*| " + LEAD + RULES.any("please") + " .*");
  private static final Pattern PLEASE = RULES.rule("please");

  /** Who wrote or said what follows: it is his, until somebody takes it on. */
  private static final Pattern SPEECH = RULES.rule("speech");

  /** What stands ahead of a colon, and isn't what somebody says. */
  private static final Pattern LABEL = Pattern.compile(" (?:" + RULES.any("label") + " )+");

  private Opening() {}

  /** Whether words begin as an order. */
  static boolean begins(Phrase words) {
    return OPENS.matcher(words.line()).matches();
  }

  /** The same by a verb that is nothing else. */
  static boolean beginsClearly(Phrase words) {
    return OPENS_CLEARLY.matcher(words.line()).matches();
  }

  /** Whether words only say what follows. */
  static boolean isLabel(Phrase words) {
    return LABEL.matcher(words.line()).matches();
  }

  /**
   * The first piece that begins as an order; less than 0 where none does, or somebody is quoted.
   */
  static int of(List<Piece> pieces) {
    for (int i = 0; i < pieces.size(); i++) {
      var piece = pieces.get(i);
      boolean sure = i == 0 || piece.before().filter(b -> !b.is(",") && !b.is(":")).isPresent();
      boolean label = i > 0 && isLabel(pieces.get(i - 1).words());
      boolean asked = (sure || label) && Telling.valued(piece.words()) && piece.words().has(PLEASE);
      boolean opens = asked || (sure ? begins(piece.words()) : beginsClearly(piece.words()));
      if (opens) {
        boolean framed = i > 0 && !sure && pieces.get(i - 1).words().has(SPEECH);
        return (piece.follows(":") && !label) || framed ? -1 : i;
      }
    }
    return -1;
  }
}
