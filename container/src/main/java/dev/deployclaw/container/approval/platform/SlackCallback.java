package dev.deployclaw.container.approval.platform;

import dev.deployclaw.container.approval.ApprovalDesk;
import dev.deployclaw.container.approval.DecisionRuling;
import dev.deployclaw.container.approval.HoldVote;
import dev.deployclaw.container.approval.platform.SlackInteraction.CardValue;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.intake.ApprovalDecision;
import dev.deployclaw.container.notification.BodySignature;
import dev.deployclaw.core.service.ApprovalRefusal;
import dev.deployclaw.core.spi.StateStore.Unreachable;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clicks from Slack, which waits three seconds for an answer: a genuine click is acknowledged, then
 * judged on a thread of its own, of which there are only so many. A refusal is seen by who clicked
 * alone. Any thread.
 */
public final class SlackCallback {
  private static final Logger LOG = LoggerFactory.getLogger(SlackCallback.class);
  private static final int MOST_AT_ONCE = 8;
  private static final int LONGEST_SIGNATURE = 128;

  private static final String NOT_OURS = "This button isn't the agent's.";
  private static final String STALE =
      "Nothing was done: what is held isn't what this card showed. Look again.";

  private final ApprovalChannelConfig config;
  private final Platform.Slack slack;
  private final SlackChannel channel;
  private final SignedCallCheck calls;
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          0,
          MOST_AT_ONCE,
          1,
          TimeUnit.SECONDS,
          new SynchronousQueue<>(),
          Thread.ofVirtual().name("slack-", 0).factory());

  SlackCallback(
      ApprovalChannelConfig config,
      Platform.Slack slack,
      SlackChannel channel,
      InstantSource time) {
    this.config = config;
    this.slack = slack;
    this.channel = channel;
    this.calls = new SignedCallCheck(time);
  }

  /** What is said to Slack. */
  public sealed interface Acknowledgement {
    record Taken() implements Acknowledgement {}

    record Unproved(String why) implements Acknowledgement {}

    record Malformed() implements Acknowledgement {}

    record Busy() implements Acknowledgement {}
  }

  /**
   * @param timestamp header {@code X-Slack-Request-Timestamp}
   * @param signature header {@code X-Slack-Signature}
   */
  public Acknowledgement receive(
      String timestamp, String signature, byte[] body, ApprovalDesk desk) {
    if (!timestamp.matches("\\d{1,12}") || signature.length() > LONGEST_SIGNATURE) {
      return new Acknowledgement.Unproved("it isn't signed");
    }
    var objection =
        calls.objection(
            Long.parseLong(timestamp),
            signature,
            () -> "v0=" + BodySignature.hex(slack.signingSecret(), "v0:" + timestamp + ":", body));
    if (objection.isPresent()) {
      return new Acknowledgement.Unproved(objection.get());
    }
    var click = SlackInteraction.read(body);
    if (click.isEmpty()) {
      return new Acknowledgement.Malformed();
    }
    try {
      threads.execute(() -> act(click.get(), desk));
      return new Acknowledgement.Taken();
    } catch (RejectedExecutionException e) {
      return new Acknowledgement.Busy();
    }
  }

  private void act(SlackInteraction click, ApprovalDesk desk) {
    try {
      if (click.channel().equals(slack.channel()) && !click.action().equals(SlackBlocks.OPEN)) {
        judge(click, desk);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("channel", config.name()).setCause(e).log("A click failed");
    }
  }

  private void judge(SlackInteraction click, ApprovalDesk desk) throws InterruptedException {
    var who =
        Optional.ofNullable(config.people().get(click.user()))
            .filter(_ -> click.team().equals(slack.team()));
    boolean known =
        click.action().equals(SlackBlocks.APPROVE) || click.action().equals(SlackBlocks.REJECT);
    if (who.isEmpty()) {
      refuse(click, "", "You may not decide here: the agent knows no name for you.");
    } else if (!known || click.value().isEmpty()) {
      refuse(click, who.get(), NOT_OURS);
    } else {
      decide(click, who.get(), desk);
    }
  }

  private void decide(SlackInteraction click, String who, ApprovalDesk desk)
      throws InterruptedException {
    CardValue card = click.value().orElseThrow();
    boolean approves = click.action().equals(SlackBlocks.APPROVE);
    var decision =
        new ApprovalDecision(card.execution(), who, approves, approves ? card.plan() : "");
    var vote = new HoldVote(decision, Optional.of(card.shown()), "Slack");
    try {
      var refusal = refusal(click, desk.decideOnCard(vote), desk);
      if (refusal.isPresent()) {
        refuse(click, who, refusal.get());
      } else {
        LOG.atInfo()
            .addKeyValue("channel", config.name())
            .addKeyValue("user", click.user())
            .addKeyValue("who", who)
            .addKeyValue("execution", card.execution())
            .addKeyValue("approves", approves)
            .log("A decision was taken");
      }
    } catch (Unreachable e) {
      refuse(click, who, "The state store can't be reached: try again.");
    }
  }

  private Optional<String> refusal(SlackInteraction click, DecisionRuling ruling, ApprovalDesk desk)
      throws InterruptedException {
    return switch (ruling) {
      case DecisionRuling.Queued(var place) -> ApprovalDesk.refusal(place);
      case DecisionRuling.Refused(var refusal) -> refusal(click, refusal, desk);
      case DecisionRuling.Unquoted() -> Optional.of(NOT_OURS);
      case DecisionRuling.Stale() -> Optional.of(STALE);
      case DecisionRuling.Expired() -> Optional.of("Nothing was done: the time to decide is over.");
    };
  }

  /** The right plan's hash is in none of them. */
  private Optional<String> refusal(
      SlackInteraction click, ApprovalRefusal refusal, ApprovalDesk desk)
      throws InterruptedException {
    return switch (refusal.kind()) {
      case NO_SUCH_CHANGE, NOT_HELD -> {
        String execution = click.value().orElseThrow().execution();
        String ended = execution + ": " + desk.ending(execution).sentence();
        channel.retire(click.ts(), ended);
        yield Optional.of("Nothing was done. " + ended);
      }
      case MISQUOTED -> Optional.of(STALE);
      case UNQUOTED -> Optional.of(NOT_OURS);
      case NOT_ALLOWED -> Optional.of("Refused: " + refusal.reason());
    };
  }

  private void refuse(SlackInteraction click, String who, String why) throws InterruptedException {
    LOG.atWarn()
        .addKeyValue("channel", config.name())
        .addKeyValue("user", click.user())
        .addKeyValue("who", who)
        .addKeyValue("reason", why)
        .log("approval refused");
    channel.whisper(click.user(), why);
  }
}
