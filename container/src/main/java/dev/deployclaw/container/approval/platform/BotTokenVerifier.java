package dev.deployclaw.container.approval.platform;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.notification.NotificationHttpClient;
import dev.deployclaw.container.notification.NotificationHttpClient.Exchange;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.security.Key;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jose4j.http.Response;
import org.jose4j.http.SimpleResponse;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwa.AlgorithmConstraints.ConstraintType;
import org.jose4j.jwk.HttpsJwks;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.jwt.MalformedClaimException;
import org.jose4j.jwt.NumericDate;
import org.jose4j.jwt.consumer.ErrorCodes;
import org.jose4j.jwt.consumer.InvalidJwtException;
import org.jose4j.jwt.consumer.JwtConsumerBuilder;
import org.jose4j.jwx.JsonWebStructure;
import org.jose4j.keys.resolvers.HttpsJwksVerificationKeyResolver;
import org.jose4j.keys.resolvers.VerificationKeyResolver;
import org.jose4j.lang.JoseException;
import org.jose4j.lang.UnresolvableKeyException;

/**
 * Whether a call is from the Bot Framework, for our bot: a token of its issuer for our app, signed
 * with RS256 by a key that it published for Teams, valid now. Its keys are read when they are
 * needed, again after minutes, and at most every few seconds where a token names an unknown one.
 * While they can't be read the last ones hold, for a day. Any thread; may block for an exchange.
 */
final class BotTokenVerifier {
  /** The Bot Framework's word for Teams. */
  static final String TEAMS = "msteams";

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int LONGEST = 8 << 10;
  private static final Duration LEEWAY = Duration.ofMinutes(5);
  private static final Duration LONGEST_LIFE = Duration.ofDays(1);
  private static final Duration PERIOD = Duration.ofMinutes(5);
  private static final Duration LONGEST_HELD = Duration.ofDays(1);
  private static final Duration SOONEST = Duration.ofSeconds(5);

  /** The library's own messages quote the token. */
  private static final List<Map.Entry<Integer, String>> REASONS =
      List.of(
          Map.entry(ErrorCodes.SIGNATURE_INVALID, "the token's signature is wrong"),
          Map.entry(ErrorCodes.EXPIRED, "the token expired"),
          Map.entry(ErrorCodes.NOT_YET_VALID, "the token isn't valid yet"),
          Map.entry(ErrorCodes.ISSUER_INVALID, "the token is from another issuer"),
          Map.entry(ErrorCodes.AUDIENCE_INVALID, "the token is for another bot"));

  final SignatureLane lane = new SignatureLane();
  private final Platform.Teams teams;
  private final NotificationHttpClient http;
  private final InstantSource time;
  private final HttpsJwks keys;
  private final VerificationKeyResolver resolver;
  private volatile Instant readAt = Instant.MIN;
  private volatile Instant notBefore = Instant.MIN;

  BotTokenVerifier(Platform.Teams teams, NotificationHttpClient http, InstantSource time) {
    this.teams = teams;
    this.http = http;
    this.time = time;
    this.keys = new HttpsJwks(teams.service().metadata());
    this.resolver = new HttpsJwksVerificationKeyResolver(keys);
    keys.setDefaultCacheDuration(PERIOD.toSeconds());
    keys.setRetainCacheOnErrorDuration(PERIOD.toSeconds()); // then it asks again
    keys.setRefreshReprieveThreshold(SOONEST.toMillis());
    keys.setSimpleHttpGet(this::published);
  }

  /** What a token is worth. */
  sealed interface TokenCheck {
    /**
     * @param serviceUrl from where it came
     * @param until it is taken
     */
    record Genuine(String serviceUrl, Instant until) implements TokenCheck {}

    record Refused(String why) implements TokenCheck {}

    /** The keys can't be read. */
    record Undecided(String why) implements TokenCheck {}
  }

  TokenCheck check(String token) {
    if (token.length() > LONGEST || token.chars().filter(c -> c == '.').count() != 2) {
      return new TokenCheck.Refused("it has no token");
    }
    var now = time.instant();
    var consumer =
        new JwtConsumerBuilder()
            .setJwsAlgorithmConstraints(new AlgorithmConstraints(ConstraintType.PERMIT, "RS256"))
            .setVerificationKeyResolver(this::key)
            .setRequireExpirationTime()
            .setEvaluationTime(NumericDate.fromSeconds(now.getEpochSecond()))
            .setAllowedClockSkewInSeconds(Math.toIntExact(LEEWAY.toSeconds()))
            .setExpectedIssuer(true, teams.service().issuer())
            .setExpectedAudience(true, teams.app())
            .build();
    try {
      var claims = consumer.processToClaims(token);
      return readAt.isBefore(now.minus(LONGEST_HELD))
          ? new TokenCheck.Undecided("the Bot Framework's keys are too old")
          : genuine(claims, now);
    } catch (InvalidJwtException e) {
      return refused(e);
    } catch (MalformedClaimException | RuntimeException e) { // its casts believe a token
      return new TokenCheck.Refused("the token can't be read");
    } finally {
      lane.leave();
    }
  }

  /** The signature is checked next, in the lane; the keys are read before it. */
  private Key key(JsonWebSignature token, List<JsonWebStructure> outer)
      throws UnresolvableKeyException {
    var key = resolver.resolveKey(token, outer);
    lane.enter();
    return key;
  }

  private static TokenCheck genuine(JwtClaims claims, Instant now) throws MalformedClaimException {
    var until = Instant.ofEpochSecond(claims.getExpirationTime().getValue()).plus(LEEWAY);
    if (until.isAfter(now.plus(LONGEST_LIFE).plus(LEEWAY).plus(LEEWAY))) {
      return new TokenCheck.Refused("the token is valid for more than a day");
    }
    // The documents write it one way, the service the other.
    var urls =
        Stream.of("serviceurl", "serviceUrl")
            .filter(claims::hasClaim)
            .map(claims::getClaimValueAsString)
            .distinct()
            .toList();
    return urls.size() == 1
        ? new TokenCheck.Genuine(urls.getFirst(), until)
        : new TokenCheck.Refused("the token doesn't say where it came from");
  }

  private static TokenCheck refused(InvalidJwtException e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException) {
        return new TokenCheck.Undecided("the Bot Framework's keys can't be read");
      }
    }
    return new TokenCheck.Refused(
        REASONS.stream()
            .filter(r -> e.hasErrorCode(r.getKey()))
            .map(Map.Entry::getValue)
            .findFirst()
            .orElse("the token isn't the Bot Framework's"));
  }

  /** Why the keys can't be read now; empty where they can. */
  Optional<String> trouble() {
    try {
      keys.refresh();
      return keys.getJsonWebKeys().isEmpty()
          ? Optional.of("the Bot Framework publishes no key for Teams")
          : Optional.empty();
    } catch (IOException | JoseException e) {
      return Optional.of("the Bot Framework's keys: " + e.getMessage());
    }
  }

  /**
   * The keys that are for Teams, by way of the document that names their address. However many
   * tokens want them, they are asked for no sooner again.
   */
  private SimpleResponse published(String metadata) throws IOException {
    var now = time.instant();
    if (now.isBefore(notBefore)) {
      throw new IOException("they were asked for a moment ago");
    }
    notBefore = now.plus(SOONEST);
    var document = get(metadata);
    if (!document.path("issuer").asText().equals(teams.service().issuer())) {
      throw new IOException("the metadata is from another issuer");
    }
    String address = document.path("jwks_uri").asText();
    if (!address.startsWith("https://") && metadata.startsWith("https://")) {
      throw new IOException("the metadata names no https address for keys");
    }
    var set = get(address);
    if (set.path("keys") instanceof ArrayNode list) {
      list.removeIf(key -> !isForTeams(key));
    }
    readAt = now;
    return new Response(200, "OK", Map.of(), set.toString());
  }

  private static boolean isForTeams(JsonNode key) {
    for (var endorsement : key.path("endorsements")) {
      if (endorsement.asText().equals(TEAMS)) {
        return true;
      }
    }
    return false;
  }

  private JsonNode get(String address) throws IOException {
    try {
      var request = HttpRequest.newBuilder(URI.create(address)).build();
      return switch (http.exchange(request)) {
        case Exchange.Answered answer when answer.isTaken() ->
            Optional.ofNullable(JSON.readTree(answer.body()))
                .orElseThrow(() -> new IOException("an answer is empty"));
        case Exchange.Answered answer -> throw new IOException("answered " + answer.status());
        case Exchange.Unanswered(String why) -> throw new IOException(why);
      };
    } catch (IllegalArgumentException e) {
      throw new IOException("the metadata names no address for keys", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted");
    }
  }
}
