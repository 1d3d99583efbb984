package dev.deployclaw.container.approval.platform;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.container.approval.ApprovalDesk;
import dev.deployclaw.container.approval.DecisionRuling;
import dev.deployclaw.container.approval.HoldVote;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.config.secret.TextMask;
import dev.deployclaw.container.config.secret.TypedText;
import dev.deployclaw.container.config.secret.UnmaskedTextException;
import dev.deployclaw.container.intake.ApprovalDecision;
import dev.deployclaw.container.notification.BodySignature;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Decisions that a receiver of cards sends, signed. Any thread. */
public final class WebhookCallback {
  private static final Logger LOG = LoggerFactory.getLogger(WebhookCallback.class);
  private static final Pattern SIGNATURE = Pattern.compile("t=(\\d{1,12}),v1=([0-9a-f]{64})");
  private static final Pattern EXECUTION = Pattern.compile("[a-z0-9][a-z0-9-]{0,127}");
  private static final Pattern HASH = Pattern.compile("[0-9a-f]{64}");
  private static final Set<String> FIELDS =
      Set.of("execution_id", "decision", "user", "plan", "shown", "reason");
  private static final int LONGEST_REASON = 1000;

  private final ApprovalChannelConfig config;
  private final Platform.SignedWebhook webhook;
  private final SignedCallCheck calls;

  WebhookCallback(
      ApprovalChannelConfig config, Platform.SignedWebhook webhook, InstantSource time) {
    this.config = config;
    this.webhook = webhook;
    this.calls = new SignedCallCheck(time);
  }

  /** What a call brings. */
  public sealed interface Received {
    /** A known person's decision. */
    record Vote(HoldVote vote) implements Received {}

    record Unproved(String why) implements Received {}

    /** A person for whom the agent has no name. */
    record Stranger() implements Received {}

    /**
     * @param field that is wrong; empty for the whole
     */
    record Malformed(String field, String why) implements Received {}
  }

  /**
   * @param signature header {@code DC-Signature}
   * @param mask of the reason; while it can't mask, the same call may come again
   */
  public Received receive(String signature, byte[] body, TextMask mask)
      throws InterruptedException {
    var shown = SIGNATURE.matcher(signature);
    if (!shown.matches()) {
      return new Received.Unproved("it isn't signed");
    }
    long seconds = Long.parseLong(shown.group(1));
    var objection =
        calls.objection(
            seconds,
            shown.group(2),
            () -> BodySignature.hex(webhook.decisionSecret(), seconds + ".", body));
    if (objection.isPresent()) {
      return new Received.Unproved(objection.get());
    }
    try {
      return read(StrictJson.parseObject(body), mask);
    } catch (StrictJson.Malformed e) {
      return new Received.Malformed("", "isn't a JSON object: " + e.getMessage());
    } catch (UnmaskedTextException e) {
      calls.forget(shown.group(2));
      throw e;
    }
  }

  /** Judges what was received; the same call may come again where it finds no place. */
  public DecisionRuling decide(HoldVote vote, String signature, ApprovalDesk desk)
      throws InterruptedException {
    boolean judged = false;
    try {
      var ruling = desk.decideOnCard(vote);
      judged =
          !(ruling instanceof DecisionRuling.Queued(var place))
              || ApprovalDesk.refusal(place).isEmpty();
      return ruling;
    } finally {
      if (!judged) {
        calls.forget(signature.substring(signature.lastIndexOf('=') + 1));
      }
    }
  }

  private Received read(Map<String, Object> fields, TextMask mask) throws InterruptedException {
    var unknown = fields.keySet().stream().filter(key -> !FIELDS.contains(key)).findFirst();
    if (unknown.isPresent()) {
      return new Received.Malformed(unknown.get(), "is unknown");
    }
    String decision = text(fields, "decision");
    if (!decision.equals("approve") && !decision.equals("reject")) {
      return new Received.Malformed("decision", "is neither approve nor reject");
    }
    if (!EXECUTION.matcher(text(fields, "execution_id")).matches()) {
      return new Received.Malformed("execution_id", "isn't an execution's id");
    }
    for (String hash : new String[] {"plan", "shown"}) {
      if (!HASH.matcher(text(fields, hash)).matches()) {
        return new Received.Malformed(hash, "isn't the hash of a card");
      }
    }
    String reason = text(fields, "reason");
    if (reason.length() > LONGEST_REASON
        || !(fields.getOrDefault("reason", "") instanceof String)) {
      return new Received.Malformed("reason", "isn't a text of " + LONGEST_REASON + " characters");
    }
    return vote(fields, decision.equals("approve"), TypedText.of(reason.strip()).masked(mask));
  }

  private Received vote(Map<String, Object> fields, boolean approves, String reason) {
    String user = text(fields, "user");
    var who = Optional.ofNullable(config.people().get(user));
    if (who.isEmpty()) {
      LOG.atWarn()
          .addKeyValue("channel", config.name())
          .addKeyValue("reason", "the agent's configuration doesn't name its user")
          .log("approval refused");
      return new Received.Stranger();
    }
    var decision =
        new ApprovalDecision(
            text(fields, "execution_id"),
            who.get(),
            approves,
            approves ? text(fields, "plan") : "",
            reason);
    LOG.atInfo()
        .addKeyValue("channel", config.name())
        .addKeyValue("user", user)
        .addKeyValue("who", who.get())
        .addKeyValue("execution", decision.execution())
        .addKeyValue("approves", approves)
        .log("A signed decision came");
    return new Received.Vote(
        new HoldVote(decision, Optional.of(text(fields, "shown")), "the channel " + config.name()));
  }

  private static String text(Map<String, Object> fields, String key) {
    return fields.get(key) instanceof String text ? text : "";
  }
}
