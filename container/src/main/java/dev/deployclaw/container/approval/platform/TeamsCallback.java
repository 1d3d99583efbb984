package dev.deployclaw.container.approval.platform;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.container.approval.ApprovalDesk;
import dev.deployclaw.container.approval.platform.BotTokenVerifier.TokenCheck;
import dev.deployclaw.container.approval.platform.ClickVerdict.Decider;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.policy.json.CanonicalJson;
import java.time.InstantSource;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

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

  /**
   * What the Bot Framework sends: a click, or something that isn't looked at.
   *
   * @param serviceUrl from where it comes, as it says
   * @param click empty for other activities: the bot was added, somebody wrote to it
   */
  private record TeamsActivity(String serviceUrl, Optional<Click> click) {
    private static final Pattern ID = Pattern.compile("[0-9a-f-]{36}");

    /**
     * A click on a button.
     *
     * @param tenant of the conversation; empty where it names several
     * @param user in the directory (Entra ID); empty where it is no id
     * @param verb of the button
     */
    record Click(
        String tenant, String user, String conversation, String verb, Optional<CardValue> value) {}

    /** Empty where it is none. */
    static Optional<TeamsActivity> read(byte[] body) {
      return TeamsClient.json(body)
          .filter(fields -> fields.path("type").isTextual())
          .filter(fields -> fields.path("channelId").asText().equals(BotTokenVerifier.TEAMS))
          .map(fields -> new TeamsActivity(fields.path("serviceUrl").asText(), click(fields)));
    }

    private static Optional<Click> click(JsonNode fields) {
      if (!fields.path("type").asText().equals("invoke")
          || !fields.path("name").asText().equals("adaptiveCard/action")) {
        return Optional.empty();
      }
      var action = fields.at("/value/action");
      return Optional.of(
          new Click(
              tenant(fields),
              user(fields.at("/from/aadObjectId").asText().toLowerCase(Locale.ROOT)),
              fields.at("/conversation/id").asText().replaceFirst(";.*", ""),
              action.path("verb").asText(),
              CardValue.read(action.at("/data/value").asText())));
    }

    private static String user(String id) {
      return ID.matcher(id).matches() ? id : "";
    }

    /** It is told in up to three places, which agree. */
    private static String tenant(JsonNode fields) {
      var told =
          Stream.of("/conversation/tenantId", "/channelData/tenant/id", "/from/tenantId")
              .map(place -> fields.at(place).asText().toLowerCase(Locale.ROOT))
              .filter(tenant -> !tenant.isEmpty())
              .distinct()
              .toList();
      return told.size() == 1 ? told.getFirst() : "";
    }
  }
}
