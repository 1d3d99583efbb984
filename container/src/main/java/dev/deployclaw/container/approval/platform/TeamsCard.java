package dev.deployclaw.container.approval.platform;

import dev.deployclaw.container.approval.CardEnding;
import dev.deployclaw.container.approval.HoldCard;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A card as an Adaptive Card (1.4). Texts of the estate are runs of text, in which no Markdown,
 * mention or link is read. Pure.
 */
final class TeamsCard {
  static final String TYPE = "application/vnd.microsoft.card.adaptive";
  static final String APPROVE = "approve";
  static final String REJECT = "reject";

  private TeamsCard() {}

  static Map<String, Object> message(
      HoldCard card, Optional<String> console, Optional<CardEnding> ending) {
    return Map.of(
        "type", "message",
        "summary", CardText.title(card, ending),
        "attachments", List.of(Map.of("contentType", TYPE, "content", of(card, console, ending))));
  }

  private static Map<String, Object> of(
      HoldCard card, Optional<String> console, Optional<CardEnding> ending) {
    var lines = new ArrayList<String>();
    lines.add(CardText.title(card, ending));
    lines.addAll(CardText.question(card));
    lines.addAll(CardText.changes(card));
    lines.addAll(CardText.terms(card, ending));
    return card(lines, actions(card, console, ending));
  }

  /** One without buttons. */
  static Map<String, Object> ended(String sentence) {
    return card(List.of(sentence), List.of());
  }

  private static Map<String, Object> card(List<String> lines, List<Map<String, Object>> actions) {
    return Map.of(
        "type",
        "AdaptiveCard",
        "version",
        "1.4",
        "body",
        lines.stream().map(TeamsCard::text).toList(),
        "actions",
        actions);
  }

  private static Map<String, Object> text(String line) {
    return Map.of(
        "type", "RichTextBlock", "inlines", List.of(Map.of("type", "TextRun", "text", line)));
  }

  private static List<Map<String, Object>> actions(
      HoldCard card, Optional<String> console, Optional<CardEnding> ending) {
    var out = new ArrayList<Map<String, Object>>();
    if (ending.isEmpty()) {
      if (card.current()) {
        out.add(button("Approve", APPROVE, "positive", card));
      }
      out.add(button("Reject", REJECT, "destructive", card));
    }
    console.ifPresent(url ->
        out.add(
            Map.of(
                "type", "Action.OpenUrl",
                "title", "Open",
                "url", CardText.link(url, card.execution()))));
    return out;
  }

  private static Map<String, Object> button(
      String title, String verb, String style, HoldCard card) {
    return Map.of(
        "type", "Action.Execute",
        "title", title,
        "verb", verb,
        "style", style,
        "data", Map.of("value", CardValue.of(card)));
  }
}
