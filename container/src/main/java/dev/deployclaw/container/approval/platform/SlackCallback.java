package dev.deployclaw.container.approval.platform;

import dev.deployclaw.container.approval.ApprovalDesk;
import dev.deployclaw.container.approval.platform.ClickVerdict.Decider;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.notification.BodySignature;
import java.time.InstantSource;
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
    switch (verdict(click, desk)) {
      case ClickVerdict.Taken() -> {}
      case ClickVerdict.Refused(String why) -> channel.whisper(click.user(), why);
      case ClickVerdict.Ended(String sentence) -> {
        channel.retire(click.ts(), sentence);
        channel.whisper(click.user(), "Nothing was done. " + sentence);
      }
    }
  }

  private ClickVerdict verdict(SlackInteraction click, ApprovalDesk desk)
      throws InterruptedException {
    boolean ours = click.team().equals(slack.team());
    var decider = Decider.of(config, "Slack", click.user(), ours);
    boolean approves = click.action().equals(SlackBlocks.APPROVE);
    boolean known = approves || click.action().equals(SlackBlocks.REJECT);
    if (!decider.isKnown()) {
      return decider.refused(ClickVerdict.NO_NAME);
    }
    return known && click.value().isPresent()
        ? ClickVerdict.of(click.value().get(), approves, decider, desk)
        : decider.refused(ClickVerdict.NOT_OURS);
  }
}
