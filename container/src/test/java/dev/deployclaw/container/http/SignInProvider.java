package dev.deployclaw.container.http;

import com.sun.net.httpserver.HttpExchange;
import dev.deployclaw.container.config.OidcConfig;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.testkit.network.FreePortFinder;
import java.io.IOException;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;

/**
 * A provider at which browsers sign in: it signs whoever comes in at once, keeps the rules of codes
 * (once, one client, PKCE), and misbehaves as a test tells it to.
 */
final class SignInProvider implements AutoCloseable {
  static final String CLIENT = "console";
  static final String SECRET = "a-secret:of the client+%";

  final TestProvider tokens;
  final String console = "http://127.0.0.1:" + FreePortFinder.free();

  /** Who signs in. */
  volatile String person = "rita";

  volatile String[] roles = {"ops"};

  /** What is wrong with the next tokens. */
  volatile Consumer<JwtClaims> claims = _ -> {};

  volatile Consumer<JsonWebSignature> signature = _ -> {};

  /** What the browser brings instead. */
  volatile Consumer<Map<String, String>> brought = _ -> {};

  volatile TokenEndpoint endpoint = this::issue;

  /** Each call of the token endpoint, as its form. */
  final List<Map<String, String>> exchanges = new CopyOnWriteArrayList<>();

  final List<String> logins = new CopyOnWriteArrayList<>();
  private final Map<String, Map<String, String>> codes = new ConcurrentHashMap<>();

  /** How it answers for a code. */
  @FunctionalInterface
  interface TokenEndpoint {
    void answer(HttpExchange exchange, Map<String, String> form) throws IOException;
  }

  private SignInProvider(TestProvider tokens) {
    this.tokens = tokens;
  }

  static SignInProvider start() throws IOException {
    var provider = new SignInProvider(TestProvider.start());
    String issuer = provider.tokens.issuer();
    provider.tokens.document.putAll(
        Map.of(
            "authorization_endpoint", issuer + "/authorize?realm=main",
            "token_endpoint", issuer + "/token",
            "authorization_response_iss_parameter_supported", true));
    provider.tokens.handle("/realm/authorize", provider::authorize);
    provider.tokens.handle("/realm/token", provider::token);
    provider.tokens.stop();
    provider.tokens.startAgain();
    return provider;
  }

  OidcConfig config() {
    return tokens.config(
        Optional.of(
            new OidcConfig.BrowserClient(
                console, CLIENT, new SecretValue(SECRET), List.of("openid", "profile"))));
  }

  private void authorize(HttpExchange exchange) throws IOException {
    var asked = fields(exchange.getRequestURI().getRawQuery());
    String code = UUID.randomUUID().toString();
    codes.put(code, asked);
    var back = new ConcurrentHashMap<String, String>();
    back.put("code", code);
    back.put("state", asked.getOrDefault("state", ""));
    back.put("iss", tokens.issuer());
    brought.accept(back);
    var query = new ArrayList<String>();
    back.forEach((k, v) -> query.add(k + "=" + URLEncoder.encode(v, StandardCharsets.UTF_8)));
    String to = asked.get("redirect_uri") + "?" + String.join("&", query);
    exchange.getResponseHeaders().set("Location", to);
    exchange.sendResponseHeaders(302, -1);
    exchange.close();
  }

  private void token(HttpExchange exchange) throws IOException {
    var form = fields(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    exchanges.add(form);
    logins.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
    endpoint.answer(exchange, form);
  }

  /** As it should. */
  void issue(HttpExchange exchange, Map<String, String> form) throws IOException {
    var asked = codes.remove(form.getOrDefault("code", ""));
    if (asked == null
        || !of(asked, "redirect_uri").equals(of(form, "redirect_uri"))
        || !of(asked, "code_challenge").equals(challenge(of(form, "code_verifier")))) {
      TestProvider.answer(exchange, 400, "{\"error\": \"invalid_grant\"}");
      return;
    }
    TestProvider.answer(exchange, 200, "{\"id_token\": \"" + identity(of(asked, "nonce")) + "\"}");
  }

  private static String of(Map<String, String> fields, String name) {
    return fields.getOrDefault(name, "");
  }

  String identity(String nonce) {
    var inside = tokens.claims(person, roles);
    inside.setAudience(CLIENT);
    inside.setClaim("nonce", nonce);
    claims.accept(inside);
    return tokens.token(inside, signature);
  }

  private static String challenge(String verifier) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(hash);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static Map<String, String> fields(String form) {
    var out = new ConcurrentHashMap<String, String>();
    for (String pair : form.split("&", -1)) {
      int cut = pair.indexOf('=');
      out.put(pair.substring(0, cut), decoded(pair.substring(cut + 1)));
    }
    return out;
  }

  static String decoded(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  /** As it was, for the next test. */
  void behave() {
    person = "rita";
    roles = new String[] {"ops"};
    claims = _ -> {};
    signature = _ -> {};
    brought = _ -> {};
    endpoint = this::issue;
    exchanges.clear();
    logins.clear();
  }

  @Override
  public void close() {
    tokens.close();
  }
}
