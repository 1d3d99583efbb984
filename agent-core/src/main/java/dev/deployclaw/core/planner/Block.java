package dev.deployclaw.core.planner;

import java.util.List;
import java.util.regex.Pattern;

/** A run of pieces that is kept or dropped as one. Immutable. */
record Block(List<Piece> pieces, Place place) {
  private static final Rules RULES = Rules.of("story.txt");

  /** A line of a mail's or a ticket's head. */
  private static final Pattern HEAD =
      Pattern.compile(
          " " + RULES.any("field") + " (?:: |#|<num>).*| " + RULES.words("number") + " .*");

  Block {
    pieces = List.copyOf(pieces);
  }

  boolean order() {
    return place == Place.ORDER;
  }

  boolean behind() {
    return place == Place.BEHIND || place == Place.BEHIND_UNDO;
  }

  /** Whether it only tells of something, so that the order can do without it. */
  boolean told() {
    var words = words();
    if (order() || place == Place.ASKED || words.isEmpty()) {
      return false;
    }
    if (!behind() && words.stream().allMatch(Opening::isLabel)) {
      return true;
    }
    boolean bent = words.stream().anyMatch(Telling::bent);
    boolean alert = place == Place.ALERT;
    boolean head =
        !behind() && HEAD.matcher(line()).matches() && words.stream().noneMatch(Telling::valued);
    boolean opens =
        words.stream().anyMatch(alert || head ? Opening::begins : Opening::beginsClearly);
    return !bent
        && !opens
        && (alert
            || head
            || (behind()
                ? Telling.behind(words, place == Place.BEHIND_UNDO)
                : Telling.ahead(words)));
  }

  private List<Phrase> words() {
    return pieces.stream().flatMap(p -> Piece.words(p.words(), Block::links).stream()).toList();
  }

  private static boolean links(Item item) {
    return item.is("and") || item.is("but") || item.is("while");
  }

  private String line() {
    return new Phrase(pieces.stream().flatMap(p -> p.led().items().stream()).toList()).line();
  }
}
