package dev.deployclaw.container.approval.platform;

import dev.deployclaw.container.approval.CardEnding;
import dev.deployclaw.container.approval.HoldCard;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A card as Block Kit has it. Texts of the estate are in {@code plain_text} alone, where no
 * mention, link or markup is read, and {@code &}, {@code <} and {@code >} are escaped there, too.
 * Pure.
 */
final class SlackBlocks {
  static final String APPROVE = "approve";
  static final String REJECT = "reject";

  /** An address is opened by the browser; its click tells the agent nothing. */
  static final String OPEN = "open";

  /** Of a section's text; Slack takes 3000. */
  private static final int LONGEST_SECTION = 2900;

  private SlackBlocks() {}

  static List<Map<String, Object>> of(
      HoldCard card, Optional<String> console, Optional<CardEnding> ending) {
    var blocks = new ArrayList<Map<String, Object>>();
    blocks.add(Map.of("type", "header", "text", plain(CardText.title(card, ending), 150)));
    blocks.add(section(String.join("\n", CardText.question(card))));
    blocks.add(section(String.join("\n", CardText.changes(card))));
    blocks.add(section(String.join("\n", CardText.terms(card, ending))));
    var buttons = buttons(card, console, ending);
    if (!buttons.isEmpty()) {
      blocks.add(Map.of("type", "actions", "block_id", "decision", "elements", buttons));
    }
    return blocks;
  }

  private static List<Map<String, Object>> buttons(
      HoldCard card, Optional<String> console, Optional<CardEnding> ending) {
    var out = new ArrayList<Map<String, Object>>();
    if (ending.isEmpty()) {
      if (card.current()) {
        out.add(
            button("Approve", APPROVE, Map.of("value", CardValue.of(card), "style", "primary")));
      }
      out.add(button("Reject", REJECT, Map.of("value", CardValue.of(card), "style", "danger")));
    }
    console.ifPresent(
        url -> out.add(button("Open", OPEN, Map.of("url", CardText.link(url, card.execution())))));
    return out;
  }

  private static Map<String, Object> button(String text, String action, Map<String, String> more) {
    var out = new TreeMap<String, Object>(more);
    out.put("type", "button");
    out.put("action_id", action);
    out.put("text", plain(text, 75));
    return out;
  }

  static Map<String, Object> section(String text) {
    return Map.of("type", "section", "text", plain(text, LONGEST_SECTION));
  }

  private static Map<String, Object> plain(String text, int longest) {
    String escaped = CardText.escaped(text);
    String fitting =
        escaped.length() <= longest ? escaped : escaped.substring(0, longest - 1) + "…";
    return Map.of("type", "plain_text", "emoji", false, "text", fitting);
  }
}
