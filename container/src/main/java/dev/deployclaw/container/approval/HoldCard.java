package dev.deployclaw.container.approval;

import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.query.HoldDocument;
import dev.deployclaw.core.service.HeldPlan;
import dev.deployclaw.policy.json.RecordJson;
import dev.deployclaw.policy.json.StrictJsonObject;
import dev.deployclaw.policy.text.TerminalSafeText;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * What a channel shows of a hold: bounded, each text one line without control characters, secrets
 * masked. The texts are data: who shows them escapes them.
 *
 * @param request in the requester's words; empty where this machine has no log of it
 * @param why it waits, with its risks
 * @param changes the first of them, and how many more there are
 * @param plan its hash
 * @param shown the hash of all that an approver approves
 * @param untilMillis when it expires, in milliseconds since 1970; 0 where it doesn't
 * @param current whether nothing was committed since it was planned
 */
public record HoldCard(
    String execution,
    String requester,
    String request,
    String why,
    List<String> changes,
    long more,
    String plan,
    String shown,
    long untilMillis,
    boolean current) {
  static final int MOST_CHANGES = 10;

  private static final int LONGEST_NAME = 128;
  private static final int LONGEST_CHANGE = 200;
  private static final int LONGEST_TEXT = 600;

  public HoldCard {
    changes = List.copyOf(changes);
  }

  static HoldCard of(HeldPlan held, String request) {
    var waiting = held.waiting();
    var all = held.changes();
    return new HoldCard(
        waiting.id(),
        line(waiting.requester(), LONGEST_NAME),
        line(request, LONGEST_TEXT),
        line(waiting.why(), LONGEST_TEXT),
        all.stream().limit(MOST_CHANGES).map(c -> line(c, LONGEST_CHANGE)).toList(),
        Math.max(0, all.size() - MOST_CHANGES),
        waiting.planHash(),
        HoldDocument.shown(held),
        held.terms().untilMillis().orElse(0L),
        held.terms().current());
  }

  static HoldCard read(StrictJsonObject json) {
    return new HoldCard(
        json.text("execution"),
        json.text("requester"),
        json.text("request"),
        json.text("why"),
        json.texts("changes"),
        json.number("more"),
        json.text("plan"),
        json.text("shown"),
        json.number("until_ms"),
        json.flag("current"));
  }

  Map<String, Object> toMap() {
    return RecordJson.map(this);
  }

  boolean isOver(Instant now) {
    return untilMillis != 0 && untilMillis < now.toEpochMilli();
  }

  /** One harmless line of at most so many characters. */
  static String line(String text, int longest) {
    String line = TerminalSafeText.line(SecretRegistry.redacted(text)).strip();
    if (line.length() <= longest) {
      return line;
    }
    int cut = Character.isHighSurrogate(line.charAt(longest - 2)) ? longest - 2 : longest - 1;
    return line.substring(0, cut) + "…";
  }
}
