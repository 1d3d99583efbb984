package dev.deployclaw.container.approval;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.http.Served;
import dev.deployclaw.container.http.SignedToken;
import dev.deployclaw.testkit.network.FakeHttpServer;
import dev.deployclaw.testkit.network.FakeHttpServer.Answer;
import dev.deployclaw.testkit.network.FakeHttpServer.Request;
import java.net.http.HttpRequest.BodyPublishers;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.NumericDate;

/**
 * Microsoft's side of a bot, as far as the agent meets it: a real HTTP server that gives tokens,
 * publishes keys, keeps messages where the token is right, and misbehaves as it is told; it signs
 * calls as the Bot Framework does.
 */
public final class BotFramework implements AutoCloseable {
  public static final String ISSUER = "https://api.botframework.com";
  public static final String APP = "11111111-2222-3333-4444-555555555555";
  public static final String TENANT = "99999999-8888-7777-6666-555555555555";
  public static final String CHANNEL = "19:reviews_1@thread.tacv2";
  public static final String ANN = "aaaaaaaa-0000-0000-0000-000000000001";
  public static final String BOTH = "aaaaaaaa-0000-0000-0000-000000000002";
  public static final String MALLORY = "aaaaaaaa-0000-0000-0000-000000000003";
  static final String REGION = "https://smba.trafficmanager.net/emea/";
  private static final String SECRET = "secret-of-the-app+of/the=bot";
  private static final RsaJsonWebKey FIRST = SignedToken.key("first");
  private static final RsaJsonWebKey OTHER = SignedToken.key("other");

  final Map<String, JsonNode> messages = new ConcurrentHashMap<>();

  /** What the next calls get instead of an answer: of the conversation, the login, the keys. */
  public final Queue<Answer> mood = new ConcurrentLinkedQueue<>();

  public final Queue<Answer> loginMood = new ConcurrentLinkedQueue<>();
  public final Queue<Answer> keysMood = new ConcurrentLinkedQueue<>();

  final RsaJsonWebKey key = FIRST;
  final List<RsaJsonWebKey> published = new CopyOnWriteArrayList<>(List.of(key));

  /** Published, and not for Teams. */
  final RsaJsonWebKey other = OTHER;

  private final AtomicInteger posted = new AtomicInteger();
  private final AtomicInteger logins = new AtomicInteger();
  private final AtomicInteger ids = new AtomicInteger();
  private final InstantSource time;
  final FakeHttpServer server;

  public BotFramework(InstantSource time) {
    this.time = time;
    this.server = FakeHttpServer.start(this::answer);
  }

  public ApprovalChannelConfig channel(String name) {
    return new ApprovalChannelConfig(
        name,
        Optional.of("https://agent.example.net/"),
        Map.of(ANN, "ann", BOTH, "both"),
        new Platform.Teams(
            new Platform.BotService(
                server.url() + "/teams/", server.url() + "/login", server.url() + "/meta", ISSUER),
            APP,
            TENANT,
            new SecretValue(SECRET),
            CHANNEL));
  }

  private Answer answer(Request request) {
    return switch (request.path()) {
      case "/login" -> Optional.ofNullable(loginMood.poll()).orElseGet(() -> login(request));
      case "/meta" ->
          Answer.json(
              200,
              "{\"issuer\": \"%s\", \"jwks_uri\": \"%s/keys\"}".formatted(ISSUER, server.url()));
      case "/keys" -> Optional.ofNullable(keysMood.poll()).orElseGet(this::keys);
      default -> Optional.ofNullable(mood.poll()).orElseGet(() -> conversation(request));
    };
  }

  private Answer login(Request request) {
    boolean right =
        List.of(request.body().split("&", -1))
            .containsAll(
                List.of(
                    "grant_type=client_credentials",
                    "client_id=" + APP,
                    "client_secret=secret-of-the-app%2Bof%2Fthe%3Dbot",
                    "scope=https%3A%2F%2Fapi.botframework.com%2F.default"));
    return right
        ? Answer.json(
            200,
            "{\"token_type\": \"Bearer\", \"expires_in\": 3600, \"access_token\": \"t.%d.x\"}"
                .formatted(logins.incrementAndGet()))
        : Answer.json(401, "{\"error\": \"invalid_client\"}");
  }

  private Answer keys() {
    var list = new CopyOnWriteArrayList<String>();
    published.forEach(k -> list.add(endorsed(k, "msteams")));
    list.add(endorsed(other, "webchat"));
    return Answer.json(200, "{\"keys\": [" + String.join(", ", list) + "]}");
  }

  private static String endorsed(RsaJsonWebKey key, String channel) {
    return key.toJson().replaceFirst("}$", ",\"endorsements\":[\"" + channel + "\"]}");
  }

  private Answer conversation(Request request) {
    if (!("Bearer t." + logins.get() + ".x").equals(request.headers().getFirst("Authorization"))) {
      return Answer.json(401, "{\"message\": \"Authorization has been denied\"}");
    }
    String base = "/teams/v3/conversations/" + CHANNEL + "/activities";
    String path = request.path();
    if (request.method().equals("POST") && path.equals(base)) {
      String id = "17000000" + posted.incrementAndGet();
      messages.put(id, Served.json(request.body()));
      return Answer.json(201, "{\"id\": \"" + id + "\"}");
    }
    String id = path.substring(path.lastIndexOf('/') + 1);
    if (!request.method().equals("PUT") || !messages.containsKey(id)) {
      return Answer.of(404);
    }
    messages.put(id, Served.json(request.body()));
    return Answer.json(200, "{\"id\": \"" + id + "\"}");
  }

  /** The tokens before are no longer taken. */
  void revokeTokens() {
    logins.incrementAndGet();
  }

  /** New messages, rewritten ones not counted. */
  int posted() {
    return posted.get();
  }

  String shown(String execution) {
    return messages.values().stream()
        .map(JsonNode::toString)
        .filter(text -> text.contains(execution))
        .findFirst()
        .orElse("");
  }

  Optional<JsonNode> button(String execution, String verb) {
    for (var message : messages.values()) {
      for (var action : message.at("/attachments/0/content/actions")) {
        if (action.path("verb").asText().equals(verb)
            && action.at("/data/value").asText().startsWith(execution + " ")) {
          return Optional.of(action);
        }
      }
    }
    return Optional.empty();
  }

  /** A click on a button that is or was there, as Teams sends it. */
  public String click(String user, String verb, String value) {
    return """
    {"type": "invoke", "name": "adaptiveCard/action", "id": "f:%d", "channelId": "msteams",
     "timestamp": "2026-11-24T10:00:00.123Z", "serviceUrl": "%s", "replyToId": "1700000000",
     "from": {"id": "29:1", "name": "Mallory, really", "aadObjectId": "%s"},
     "conversation": {"id": "%s;messageid=1700000000", "conversationType": "channel",
       "isGroup": true, "tenantId": "%s"},
     "recipient": {"id": "28:%s", "name": "Deployclaw"},
     "channelData": {"channel": {"id": "%s"}, "team": {"id": "19:team"}, "tenant": {"id": "%s"}},
     "value": {"action": {"type": "Action.Execute", "verb": "%s", "data": {"value": "%s"}},
       "trigger": "manual"}}
    """
        .formatted(
            ids.incrementAndGet(),
            REGION,
            user,
            CHANNEL,
            TENANT,
            APP,
            CHANNEL,
            TENANT,
            verb,
            value);
  }

  public String token() {
    return token(claims(), _ -> {});
  }

  /** Good claims, signed by another. */
  public String token(RsaJsonWebKey signer) {
    return SignedToken.of(claims(), signer, _ -> {});
  }

  /** Claims of a good token. */
  JwtClaims claims() {
    var claims = new JwtClaims();
    long now = time.instant().getEpochSecond();
    claims.setIssuer(ISSUER);
    claims.setAudience(APP);
    claims.setNotBefore(NumericDate.fromSeconds(now - 60));
    claims.setExpirationTime(NumericDate.fromSeconds(now + 3600));
    claims.setClaim("serviceurl", REGION);
    return claims;
  }

  /**
   * @param change of what is signed, and by what
   */
  String token(JwtClaims claims, Consumer<JsonWebSignature> change) {
    return SignedToken.of(claims, key, change);
  }

  Served.Answer send(Served served, String body) {
    return send(served, body, token());
  }

  /**
   * @param token empty for none
   */
  static Served.Answer send(Served served, String body, String token) {
    return served.send(
        served
            .request("/v1/approvals/reviews/teams", token)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  @Override
  public void close() {
    server.close();
  }
}
