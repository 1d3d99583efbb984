package dev.deployclaw.container.approval.platform;

import dev.deployclaw.container.approval.ApprovalDesk;
import dev.deployclaw.container.approval.platform.BotTokenVerifier.TokenCheck;
import dev.deployclaw.container.approval.platform.ClickVerdict.Decider;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.policy.json.CanonicalJson;
import java.time.InstantSource;
import java.util.Map;

/**
 * Clicks from Teams. The answer of a call is what the clicker alone sees. The token proves the Bot
 * Framework, which proves the person. The token covers no body, so each body of a person who may
 * decide is taken once while the token lasts. Any thread.
 */
public final class TeamsCallback {
  private static final String BEARER = "Bearer ";
  private static final String MESSAGE = "application/vnd.microsoft.activity.message";

  private final ApprovalChannelConfig config;
  private final Platform.Teams teams;
  private final BotTokenVerifier tokens;
  private final InstantSource time;
  private final ReplayMemory seen = new ReplayMemory();

  TeamsCallback(
      ApprovalChannelConfig config,
      Platform.Teams teams,
      BotTokenVerifier tokens,
      InstantSource time) {
    this.config = config;
    this.teams = teams;
    this.tokens = tokens;
    this.time = time;
  }

  /** What is said to the Bot Framework. */
  public sealed interface Answer {
    /**
     * @param fields empty for an activity that isn't looked at
     */
    record Said(Map<String, Object> fields) implements Answer {}

    record Unproved(String why) implements Answer {}

    /** Its keys can't be read now. */
    record Undecided(String why) implements Answer {}

    record Malformed() implements Answer {}
  }

  /**
   * @param authorization the header
   */
  public Answer receive(String authorization, byte[] body, ApprovalDesk desk)
      throws InterruptedException {
    String token = authorization.startsWith(BEARER) ? authorization.substring(BEARER.length()) : "";
    return switch (tokens.check(token.strip())) {
      case TokenCheck.Refused(String why) -> new Answer.Unproved(why);
      case TokenCheck.Undecided(String why) -> new Answer.Undecided(why);
      case TokenCheck.Genuine genuine -> {
        var activity = TeamsActivity.read(body);
        yield activity.isEmpty()
            ? new Answer.Malformed()
            : receive(activity.get(), genuine, CanonicalJson.sha256(body), desk);
      }
    };
  }

  private Answer receive(
      TeamsActivity activity, TokenCheck.Genuine token, String digest, ApprovalDesk desk)
      throws InterruptedException {
    if (!activity.serviceUrl().equalsIgnoreCase(token.serviceUrl())) {
      return new Answer.Unproved("the token came from another service");
    }
    if (activity.click().isEmpty()) {
      return new Answer.Said(Map.of());
    }
    var click = activity.click().get();
    boolean ours = click.tenant().equals(teams.tenant());
    var decider = Decider.of(config, "Teams", click.user(), ours);
    if (!decider.isKnown()) {
      return answer(decider.refused(ClickVerdict.NO_NAME));
    }
    var objection = seen.objection(digest, time.instant(), token.until());
    return objection.isPresent()
        ? new Answer.Unproved(objection.get())
        : answer(judge(click, decider, desk));
  }

  private ClickVerdict judge(TeamsActivity.Click click, Decider decider, ApprovalDesk desk)
      throws InterruptedException {
    boolean approves = click.verb().equals(TeamsCard.APPROVE);
    boolean known =
        click.conversation().equals(teams.channel())
            && (approves || click.verb().equals(TeamsCard.REJECT));
    return known && click.value().isPresent()
        ? ClickVerdict.of(click.value().get(), approves, decider, desk)
        : decider.refused(ClickVerdict.NOT_OURS);
  }

  private static Answer answer(ClickVerdict verdict) {
    return switch (verdict) {
      case ClickVerdict.Refused(String why) -> said(MESSAGE, why);
      case ClickVerdict.Ended(String sentence) ->
          said(TeamsCard.TYPE, TeamsCard.ended("Nothing was done. " + sentence));
      case ClickVerdict.Taken() -> said(MESSAGE, "The decision was taken.");
    };
  }

  private static Answer said(String type, Object value) {
    return new Answer.Said(Map.of("statusCode", 200, "type", type, "value", value));
  }
}
