package dev.deployclaw.container.approval.platform;

import dev.deployclaw.container.approval.CardEnding;
import dev.deployclaw.container.approval.HoldCard;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The sentences of a card, the same on each platform, not yet escaped. Pure. */
final class CardText {
  private static final int SHORT_HASH = 12;

  private CardText() {}

  /** For notifications: words of ours and the execution's id. */
  static String title(HoldCard card, Optional<CardEnding> ending) {
    return ending
        .map(e -> card.execution() + ": " + e.result().word())
        .orElseGet(() -> waits(card));
  }

  static String waits(HoldCard card) {
    return card.execution() + " waits for an approval";
  }

  /** What is asked, and why it waits. */
  static List<String> question(HoldCard card) {
    String asked =
        card.request().isEmpty()
            ? card.requester() + " asks for a change."
            : card.requester() + " asks: " + card.request();
    return List.of(asked, "It waits: " + card.why());
  }

  static List<String> changes(HoldCard card) {
    var lines = new ArrayList<String>();
    card.changes().forEach(change -> lines.add("• " + change));
    if (card.more() > 0) {
      lines.add("and " + card.more() + " more");
    }
    return lines.isEmpty() ? List.of("What it changes: see the console.") : lines;
  }

  /** How it ended; else until when it can be decided, and on what. */
  static List<String> terms(HoldCard card, Optional<CardEnding> ending) {
    if (ending.isPresent()) {
      return List.of(ending.get().sentence());
    }
    var lines = new ArrayList<String>();
    lines.add(
        card.untilMillis() == 0
            ? "It begins at its time."
            : "Expires "
                + Instant.ofEpochMilli(card.untilMillis()).truncatedTo(ChronoUnit.SECONDS));
    lines.add("Plan " + card.plan().substring(0, Math.min(SHORT_HASH, card.plan().length())));
    if (!card.current()) {
      lines.add("Something else was committed since: reject it, and ask again.");
    }
    return lines;
  }

  /**
   * Where a browser shows an execution. It approves nothing: scanners of mails follow links.
   *
   * @param console the agent's address
   */
  static String link(String console, String execution) {
    return console.replaceFirst("/+$", "") + "/console/executions/" + execution;
  }

  /** As the text of an element in HTML. */
  static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
