package dev.deployclaw.container.approval.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.container.approval.ApprovalDesk;
import dev.deployclaw.container.approval.platform.ClickVerdict.Decider;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.notification.BodySignature;
import java.io.IOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
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

  /**
   * A click, as Slack sends it.
   *
   * @param team of the person
   * @param ts of the message in its channel
   * @param value that the button had
   */
  private record SlackInteraction(
      String team,
      String user,
      String channel,
      String ts,
      String action,
      Optional<CardValue> value) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String PAYLOAD = "payload=";
    private static final Pattern ID = Pattern.compile("[A-Z][A-Z0-9]{1,30}");
    private static final Pattern TS = Pattern.compile("\\d{1,12}\\.\\d{1,8}");

    /** A form with one field, {@code payload}, that holds JSON; empty where it is none. */
    static Optional<SlackInteraction> read(byte[] body) {
      String form = new String(body, StandardCharsets.UTF_8);
      if (!form.startsWith(PAYLOAD) || form.indexOf('&') >= 0) {
        return Optional.empty();
      }
      try {
        var fields =
            JSON.readTree(
                URLDecoder.decode(form.substring(PAYLOAD.length()), StandardCharsets.UTF_8));
        return fields == null ? Optional.empty() : read(fields);
      } catch (IOException | IllegalArgumentException e) {
        return Optional.empty();
      }
    }

    private static Optional<SlackInteraction> read(JsonNode fields) {
      var actions = fields.path("actions");
      if (!fields.path("type").asText().equals("block_actions") || actions.size() != 1) {
        return Optional.empty();
      }
      var click =
          new SlackInteraction(
              fields.at("/user/team_id").asText(),
              fields.at("/user/id").asText(),
              fields.at("/channel/id").asText(),
              fields.at("/message/ts").asText(),
              actions.path(0).path("action_id").asText(),
              CardValue.read(actions.path(0).path("value").asText()));
      boolean whole =
          ID.matcher(click.team).matches()
              && ID.matcher(click.user).matches()
              && ID.matcher(click.channel).matches()
              && TS.matcher(click.ts).matches();
      return whole ? Optional.of(click) : Optional.empty();
    }
  }
}
