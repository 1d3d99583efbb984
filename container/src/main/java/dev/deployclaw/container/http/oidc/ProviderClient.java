package dev.deployclaw.container.http.oidc;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpClient.Redirect;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.PublicJsonWebKey;
import org.jose4j.jwk.Use;
import org.jose4j.lang.JoseException;
import org.jspecify.annotations.Nullable;

/**
 * Reads a provider's keys: its discovery document, and the set that this names. Certificates are
 * those that the JRE trusts; redirects aren't followed. Reading blocks.
 */
final class ProviderClient {
  /** Longer answers aren't read. */
  static final int MOST_BYTES = 1 << 20;

  private static final int MOST_KEYS = 100;
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final String DISCOVERY = "/.well-known/openid-configuration";

  private final URI issuer;

  ProviderClient(URI issuer) {
    this.issuer = issuer;
  }

  /**
   * The public keys for signatures; one of an unknown kind is left out.
   *
   * @throws IOException where they can't be had; the message is for people
   */
  List<JsonWebKey> keys() throws IOException, InterruptedException {
    try (var http =
        HttpClient.newBuilder().connectTimeout(ANSWER).followRedirects(Redirect.NEVER).build()) {
      try {
        return keys(http);
      } finally {
        http.shutdownNow();
      }
    }
  }

  private List<JsonWebKey> keys(HttpClient http) throws IOException, InterruptedException {
    String base = issuer.toString().replaceFirst("/$", "");
    var discovered = object(get(http, URI.create(base + DISCOVERY)));
    if (!issuer.toString().equals(discovered.get("issuer"))) {
      throw new IOException("the discovery document is of another issuer");
    }
    var keys = set(get(http, keysAddress(discovered.get("jwks_uri"))));
    if (keys.isEmpty() || keys.size() > MOST_KEYS) {
      throw new IOException(keys.size() + " usable keys are in its set");
    }
    return keys;
  }

  /** A provider that is reached by TLS doesn't give its keys without. */
  private URI keysAddress(@Nullable Object address) throws IOException {
    try {
      var uri = URI.create(String.valueOf(address));
      if (uri.getHost() != null && (uri.getScheme().equals("https") || isPlain())) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw new IOException("jwks_uri isn't an address", e);
    }
    throw new IOException("jwks_uri isn't an https address");
  }

  private boolean isPlain() {
    return "http".equals(issuer.getScheme());
  }

  private static String get(HttpClient http, URI uri) throws IOException, InterruptedException {
    var request = HttpRequest.newBuilder(uri).timeout(ANSWER).build();
    var response = http.send(request, BodyHandlers.limiting(BodyHandlers.ofString(), MOST_BYTES));
    if (response.statusCode() != 200) {
      throw new IOException(uri.getPath() + " answered " + response.statusCode());
    }
    return response.body();
  }

  private static Map<String, Object> object(String text) throws IOException {
    try {
      return JsonUtil.parseJson(text);
    } catch (JoseException e) {
      throw new IOException("the discovery document isn't JSON", e);
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
