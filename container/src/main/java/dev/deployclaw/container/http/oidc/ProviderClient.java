package dev.deployclaw.container.http.oidc;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.Use;
import org.jose4j.lang.JoseException;

/**
 * Asks a provider: its discovery document, the keys that this names, tokens for a code.
 * Certificates are those that the JRE trusts; redirects aren't followed, and an answer has to be
 * whole in time. Each call blocks.
 *
 * @param answer until an answer has come whole
 */
record ProviderClient(URI issuer, Duration answer) {
  /** Longer answers aren't read. */
  static final int MOST_BYTES = 1 << 20;

  private static final int MOST_KEYS = 100;
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final int OK = 200;
  private static final Set<Integer> REFUSALS = Set.of(400, 401, 403);
  private static final Pattern ERROR = Pattern.compile("[a-z_]{1,40}");

  ProviderClient(URI issuer) {
    this(issuer, ANSWER);
  }

  /**
   * What a provider says of itself, and its public keys for signatures; one of an unknown kind is
   * left out.
   *
   * @param date of the discovery document, by the provider's clock; empty where it has none
   */
  record ProviderAnswer(ProviderDocument document, List<JsonWebKey> keys, Optional<String> date) {}

  /**
   * Asks for all of it.
   *
   * @throws IOException where it can't be had; the message is for people
   */
  ProviderAnswer look() throws IOException, InterruptedException {
    try (var http = http()) {
      try {
        String base = issuer.toString().replaceFirst("/$", "");
        var discovered = get(http, URI.create(base + "/.well-known/openid-configuration"));
        var document = ProviderDocument.of(issuer, object(discovered.body(), "discovery document"));
        var keys = set(get(http, document.keys()).body());
        if (keys.isEmpty() || keys.size() > MOST_KEYS) {
          throw new IOException(keys.size() + " usable keys are in its set");
        }
        return new ProviderAnswer(document, keys, discovered.headers().firstValue("Date"));
      } finally {
        http.shutdownNow();
      }
    }
  }

  /** What a provider gives for a code. */
  sealed interface TokenAnswer {
    record Issued(String identityToken) implements TokenAnswer {}

    /** It refuses the code, or the client. */
    record Refused(String why) implements TokenAnswer {}
  }

  /**
   * Exchanges a code for an identity token.
   *
   * @param form the fields of the call
   * @param login the header {@code Authorization}; empty for none
   * @throws IOException where it can't be told
   */
  TokenAnswer identityToken(URI endpoint, Map<String, String> form, Optional<String> login)
      throws IOException, InterruptedException {
    var request =
        HttpRequest.newBuilder(endpoint)
            .header("Accept", "application/json")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(encoded(form)));
    login.ifPresent(value -> request.header("Authorization", value));
    try (var http = http()) {
      try {
        var response = send(http, request);
        return REFUSALS.contains(response.statusCode())
            ? new TokenAnswer.Refused(error(response.body()))
            : issued(whole(response).body());
      } finally {
        http.shutdownNow();
      }
    }
  }

  private static TokenAnswer issued(String body) throws IOException {
    if (object(body, "token answer").get("id_token") instanceof String token) {
      return new TokenAnswer.Issued(token);
    }
    throw new IOException("the token answer has no id_token");
  }

  /** The word for it (RFC 6749, 5.2), and nothing else of what it says. */
  private static String error(String body) throws IOException {
    return object(body, "token answer").get("error") instanceof String word
            && ERROR.matcher(word).matches()
        ? "the provider answers " + word
        : "the provider refuses the code";
  }

  /** As forms and queries have it. */
  static String encoded(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
  }

  private HttpClient http() {
    return HttpClient.newBuilder().connectTimeout(answer).followRedirects(Redirect.NEVER).build();
  }

  private HttpResponse<String> get(HttpClient http, URI uri)
      throws IOException, InterruptedException {
    return whole(send(http, HttpRequest.newBuilder(uri)));
  }

  private static HttpResponse<String> whole(HttpResponse<String> response) throws IOException {
    if (response.statusCode() != OK) {
      throw new IOException(response.uri().getPath() + " answered " + response.statusCode());
    }
    return response;
  }

  /** The client's own bound ends with an answer's head, and a body may come byte by byte. */
  private HttpResponse<String> send(HttpClient http, HttpRequest.Builder builder)
      throws IOException, InterruptedException {
    var request = builder.timeout(answer).build();
    var asked = http.sendAsync(request, BodyHandlers.limiting(BodyHandlers.ofString(), MOST_BYTES));
    try {
      return asked.get(answer.toNanos(), TimeUnit.NANOSECONDS);
    } catch (ExecutionException e) {
      throw new IOException(request.uri().getPath() + ": " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new IOException(request.uri().getPath() + " didn't answer in time", e);
    }
  }

  private static Map<String, Object> object(String text, String what) throws IOException {
    try {
      return JsonUtil.parseJson(text);
    } catch (JoseException e) {
      throw new IOException("the " + what + " isn't JSON", e);
    }
  }

  private static List<JsonWebKey> set(String text) throws IOException {
    try {
      return new JsonWebKeySet(text)
          .getJsonWebKeys().stream()
              .filter(PublicJsonWebKey.class::isInstance)
              .filter(key -> key.getUse() == null || key.getUse().equals(Use.SIGNATURE))
              .toList();
    } catch (JoseException | RuntimeException e) { // its casts believe what a set says
      throw new IOException("its keys aren't a JSON Web Key Set", e);
    }
  }
}
