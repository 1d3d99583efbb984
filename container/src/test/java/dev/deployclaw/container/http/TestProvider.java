package dev.deployclaw.container.http;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import dev.deployclaw.container.config.ApiRole;
import dev.deployclaw.container.config.OidcConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jose4j.json.JsonUtil;
import org.jose4j.jwk.JsonWebKeySet;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;

/**
 * The two documents of an OpenID Connect provider over real HTTP, and tokens as a provider makes
 * them, good or bad. {@link SignInProvider} signs browsers in, too; KeycloakTest asks a whole one.
 */
public final class TestProvider implements AutoCloseable {
  static final String AUDIENCE = "deployclaw";

  /** Of all of them in this JVM: to make one takes long. */
  private static final RsaJsonWebKey FIRST = SignedToken.key("first");

  final RsaJsonWebKey key = FIRST;
  private final List<RsaJsonWebKey> published = new CopyOnWriteArrayList<>(List.of(key));
  final AtomicInteger asked = new AtomicInteger();

  /** What the discovery document says beside issuer and keys. */
  public final Map<String, Object> document = new ConcurrentHashMap<>();

  private final Map<String, HttpHandler> handlers = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final int port;
  private HttpServer server;

  private TestProvider(HttpServer server) {
    this.server = server;
    this.port = server.getAddress().getPort();
  }

  public static TestProvider start() throws IOException {
    var provider = new TestProvider(listen(0));
    provider.serve();
    return provider;
  }

  private static HttpServer listen(int port) throws IOException {
    return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
  }

  private void serve() {
    server.createContext(
        "/realm/.well-known/openid-configuration",
        exchange -> answer(exchange, 200, JsonUtil.toJson(discovered())));
    server.createContext(
        "/realm/keys",
        exchange -> {
          asked.incrementAndGet();
          answer(exchange, 200, new JsonWebKeySet(published).toJson());
        });
    handlers.forEach(server::createContext);
    server.setExecutor(threads);
    server.start();
  }

  private Map<String, Object> discovered() {
    var fields = new TreeMap<String, Object>(document);
    fields.putIfAbsent("issuer", issuer());
    fields.put("jwks_uri", issuer() + "/keys");
    return fields;
  }

  /** Answers there, too, from the next start on. */
  void handle(String path, HttpHandler handler) {
    handlers.put(path, handler);
  }

  static void answer(HttpExchange exchange, int status, String json) throws IOException {
    byte[] bytes = json.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length);
    try (var body = exchange.getResponseBody()) {
      body.write(bytes);
    }
  }

  public void stop() {
    server.stop(0);
  }

  void startAgain() throws IOException {
    server = listen(port);
    serve();
  }

  void publish(RsaJsonWebKey another) {
    published.add(another);
  }

  void withdraw(RsaJsonWebKey one) {
    published.remove(one);
  }

  public String issuer() {
    return "http://127.0.0.1:" + port + "/realm";
  }

  public OidcConfig config() {
    return config(Optional.empty());
  }

  public OidcConfig config(Optional<OidcConfig.BrowserClient> console) {
    return new OidcConfig(
        URI.create(issuer()),
        AUDIENCE,
        "preferred_username",
        "realm_access.roles",
        Map.of(
            ApiRole.OPERATOR, Set.of("ops"),
            ApiRole.APPROVER, Set.of("leads"),
            ApiRole.VIEWER, Set.of("staff")),
        console);
  }

  /** Claims of a good token. */
  JwtClaims claims(String name, String... roles) {
    var claims = new JwtClaims();
    claims.setIssuer(issuer());
    claims.setAudience(AUDIENCE);
    claims.setSubject("0b1c");
    claims.setExpirationTimeMinutesInTheFuture(5);
    claims.setIssuedAtToNow();
    claims.setGeneratedJwtId();
    claims.setClaim("preferred_username", name);
    claims.setClaim("realm_access", Map.of("roles", List.of(roles)));
    return claims;
  }

  String token(String name, String... roles) {
    return token(claims(name, roles), _ -> {});
  }

  /**
   * @param change of what is signed, and by what
   */
  String token(JwtClaims claims, Consumer<JsonWebSignature> change) {
    return SignedToken.of(claims, key, change);
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
