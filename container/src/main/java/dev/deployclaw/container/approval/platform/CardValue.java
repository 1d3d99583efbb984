package dev.deployclaw.container.approval.platform;

import dev.deployclaw.container.approval.HoldCard;
import java.util.Optional;
import java.util.regex.Pattern;

/** What a button holds: of which execution it is, and what was shown of it. */
record CardValue(String execution, String plan, String shown) {
  private static final Pattern FORM =
      Pattern.compile("([a-z0-9][a-z0-9-]{0,127}) ([0-9a-f]{64}) ([0-9a-f]{64})");

  static String of(HoldCard card) {
    return card.execution() + " " + card.plan() + " " + card.shown();
  }

  static Optional<CardValue> read(String value) {
    var m = FORM.matcher(value);
    return m.matches()
        ? Optional.of(new CardValue(m.group(1), m.group(2), m.group(3)))
        : Optional.empty();
  }
}
