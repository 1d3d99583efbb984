package dev.deployclaw.container.approval.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.container.approval.CardDelivery;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.notification.NotificationHttpClient;
import dev.deployclaw.container.notification.NotificationHttpClient.Exchange;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The Bot Framework's Connector API, as far as one conversation needs it: two calls, and the app's
 * token (client credentials). Goes to the configured addresses alone. Any thread.
 */
final class TeamsClient {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int UNAUTHORIZED = 401;
  private static final int NOT_FOUND = 404;
  private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]{1,8192}");
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9:_.|=-]{1,256}");

  /** The conversation takes no card of ours, or not this one. */
  private static final Set<Integer> REFUSALS = Set.of(400, 403, 404, 405, 413, 415, 422);

  /** A token is replaced before its end; one that says nothing lasts as long as they usually do. */
  private static final Duration EARLY = Duration.ofMinutes(5);

  private static final long LONGEST_SECONDS = Duration.ofDays(1).toSeconds();

  private final Platform.Teams teams;
  private final NotificationHttpClient http;
  private final InstantSource time;
  private @Nullable Token held;

  TeamsClient(Platform.Teams teams, NotificationHttpClient http, InstantSource time) {
    this.teams = teams;
    this.http = http;
    this.time = time;
  }

  private record Token(String value, Instant until) {}

  /** The app's token, or why there is none. */
  sealed interface Login {
    record Given(String token) implements Login {}

    record Refused(int status) implements Login {}

    record Away(CardDelivery.Later later) implements Login {}
  }

  /** Posts a message; its id is the reference. */
  CardDelivery post(Map<String, Object> message) throws InterruptedException {
    return send("POST", "", message);
  }

  /** Puts another message in its place. */
  CardDelivery replace(String id, Map<String, Object> message) throws InterruptedException {
    return send("PUT", id, message);
  }

  private CardDelivery send(String method, String id, Map<String, Object> message)
      throws InterruptedException {
    return switch (login()) {
      case Login.Refused(int status) ->
          CardDelivery.later("the login answers %d to the app's secret".formatted(status));
      case Login.Away(CardDelivery.Later later) -> later;
      case Login.Given(String token) -> {
        var request =
            HttpRequest.newBuilder(address(id))
                .header("Content-Type", "application/json")
                .header("Authorization", "Bearer " + token)
                .header("User-Agent", "deployclaw")
                .method(method, BodyPublishers.ofByteArray(CanonicalJson.bytes(message)))
                .build();
        yield switch (http.exchange(request)) {
          case Exchange.Unanswered(String why) -> CardDelivery.later(why);
          case Exchange.Answered answer -> delivery(id, answer);
        };
      }
    };
  }

  private URI address(String id) {
    String activities =
        base(teams.service().url()) + "/v3/conversations/" + encoded(teams.channel());
    return URI.create(activities + "/activities" + (id.isEmpty() ? "" : "/" + encoded(id)));
  }

  private CardDelivery delivery(String id, Exchange.Answered answer) {
    String why = "Teams answered " + answer.status();
    if (answer.isTaken()) {
      return id.isEmpty() ? posted(answer) : new CardDelivery.Shown(id);
    }
    if (answer.status() == UNAUTHORIZED) {
      forget();
    }
    if (answer.status() == NOT_FOUND && !id.isEmpty()) {
      return new CardDelivery.Gone(why);
    }
    return REFUSALS.contains(answer.status())
        ? new CardDelivery.Refused(why)
        : new CardDelivery.Later(why, answer.after());
  }

  private static CardDelivery posted(Exchange.Answered answer) {
    String id = json(answer.body()).map(fields -> fields.path("id").asText()).orElse("");
    return ID.matcher(id).matches()
        ? new CardDelivery.Shown(id)
        : CardDelivery.later("Teams' answer has no id of a message");
  }

  /** The token that is held, or a new one. */
  synchronized Login login() throws InterruptedException {
    if (held != null && time.instant().isBefore(held.until())) {
      return new Login.Given(held.value());
    }
    var form =
        Map.of(
            "grant_type",
            "client_credentials",
            "client_id",
            teams.app(),
            "client_secret",
            teams.secret().value(),
            "scope",
            teams.service().issuer() + "/.default");
    var request =
        HttpRequest.newBuilder(URI.create(teams.service().login()))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("User-Agent", "deployclaw")
            .POST(BodyPublishers.ofString(encoded(form)))
            .build();
    return switch (http.exchange(request)) {
      case Exchange.Unanswered(String why) ->
          new Login.Away(new CardDelivery.Later(why, Optional.empty()));
      case Exchange.Answered answer when answer.isTaken() -> taken(answer.body());
      case Exchange.Answered answer when answer.status() == UNAUTHORIZED || answer.isNeverTaken() ->
          new Login.Refused(answer.status());
      case Exchange.Answered answer ->
          new Login.Away(
              new CardDelivery.Later("the login answered " + answer.status(), answer.after()));
    };
  }

  private Login taken(byte[] body) {
    var fields = json(body);
    String token = fields.map(f -> f.path("access_token").asText()).orElse("");
    if (!TOKEN.matcher(token).matches()) {
      return new Login.Away(CardDelivery.later("the login's answer has no token"));
    }
    long seconds = fields.map(f -> f.path("expires_in").asLong()).orElse(0L);
    var lasts = Duration.ofSeconds(Math.clamp(seconds, 0, LONGEST_SECONDS)).minus(EARLY);
    held = new Token(token, time.instant().plus(lasts));
    return new Login.Given(token);
  }

  private synchronized void forget() {
    held = null;
  }

  /** Empty where it is none. */
  static Optional<JsonNode> json(byte[] body) {
    try {
      return Optional.ofNullable(JSON.readTree(body));
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private static String base(String url) {
    return url.replaceFirst("/+$", "");
  }

  private static String encoded(Map<String, String> form) {
    return form.entrySet().stream()
        .map(e -> e.getKey() + "=" + encoded(e.getValue()))
        .collect(Collectors.joining("&"));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
