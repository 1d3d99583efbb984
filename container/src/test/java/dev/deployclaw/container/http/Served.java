package dev.deployclaw.container.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.container.cli.CommandLineRunner;
import dev.deployclaw.container.cli.admin.CommandOutput;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.TerminalPrompt;
import dev.deployclaw.container.config.ApprovalChannelConfig;
import dev.deployclaw.container.config.OidcConfig;
import dev.deployclaw.container.config.ServerConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.config.secret.TextMask;
import dev.deployclaw.container.config.yaml.InvalidConfigException;
import dev.deployclaw.container.health.BackendHealthCheck;
import dev.deployclaw.container.mcp.CommandCaller;
import dev.deployclaw.container.mcp.ServedAgentGateway;
import dev.deployclaw.container.notification.BackoffPolicy;
import dev.deployclaw.container.query.LogTails;
import dev.deployclaw.container.server.AgentResources;
import dev.deployclaw.container.server.AgentServer;
import dev.deployclaw.container.server.ExecutorBrake;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.container.wiring.RuntimeSource;
import dev.deployclaw.core.environment.AgentClock;
import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.gate.GatePolicy;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** An agent that serves over real HTTP, in a world of fakes. */
public final class Served implements AutoCloseable {
  public static final String OLIVIA = "olivia-0123456789abcdef0123456789abcdef";
  public static final String ANN = "ann-0123456789abcdef0123456789abcdef";
  public static final String VIC = "vic-0123456789abcdef0123456789abcdef";
  public static final String BOTH = "both-0123456789abcdef0123456789abcdef";

  private static final ObjectMapper JSON = new ObjectMapper();

  public final FakeEstate world = new FakeEstate();
  public final ExecutorBrake brake = new ExecutorBrake();
  final AgentServer server;
  final HttpApiServer api;
  public final Path tokens;
  private final HttpClient client;

  /**
   * In what it differs from others.
   *
   * @param client by which it is called
   */
  private record Ways(
      List<BackendHealthCheck> vitals,
      UnaryOperator<AgentResources> estate,
      UnaryOperator<ServerConfig> serve,
      HttpClient client) {
    static Ways of(List<BackendHealthCheck> vitals, UnaryOperator<AgentResources> estate) {
      return new Ways(vitals, estate, UnaryOperator.identity(), HttpClient.newHttpClient());
    }
  }

  private Served(Path folder, ServerConfig.Bounds bounds, Ways ways)
      throws InvalidConfigException, SetupException, InterruptedException {
    world.gate = new GatePolicy(true, true, Duration.ofHours(1), List.of());
    tokens = tokens(folder);
    client = ways.client();
    var estate = ServerFixture.estate(world, brake, folder.resolve("state"), ways.vitals());
    server = AgentServer.start(ways.estate().apply(estate), bounds);
    var gateway = new ServedAgentGateway(server, (who, words) -> command(folder, who, words));
    api = HttpApiServer.create(ways.serve().apply(serve(bounds)), server, Optional.of(gateway));
    api.listen();
    BoundedWait.until("it recovered", ServerFixture.SOON, server::hasRecovered);
  }

  static Served start(Path folder) throws Exception {
    return start(folder, ServerConfig.Bounds.DEFAULT);
  }

  public static Served start(Path folder, ServerConfig.Bounds bounds) throws Exception {
    return new Served(folder, bounds, Ways.of(List.of(), UnaryOperator.identity()));
  }

  /** Serves other agents and channels, too; their commands find no configuration. */
  public static Served forAgents(Path folder, ServerConfig.Bounds bounds) throws Exception {
    return forAgents(folder, bounds, TextMask.OWN);
  }

  /** The same, with this mask of what people type. */
  public static Served forAgents(Path folder, ServerConfig.Bounds bounds, TextMask mask)
      throws Exception {
    UnaryOperator<AgentResources> channels =
        estate ->
            ServerFixture.withChannels(
                ServerFixture.masking(estate, mask),
                DescribedChannels.ALL,
                BackoffPolicy.DEFAULT,
                AgentClock.system());
    UnaryOperator<ServerConfig> serve = s -> with(s, true, s.oidc());
    return new Served(
        folder, bounds, new Ways(List.of(), channels, serve, HttpClient.newHttpClient()));
  }

  /** Knows people by a provider's tokens, too. */
  static Served withProvider(Path folder, OidcConfig oidc) throws Exception {
    return withProvider(folder, ServerFixture.patient(), oidc);
  }

  static Served withProvider(Path folder, ServerConfig.Bounds bounds, OidcConfig oidc)
      throws Exception {
    return new Served(folder, bounds, called(s -> with(s, false, Optional.of(oidc))));
  }

  /** Shows holds in channels, too, with this patience, by this clock. */
  public static Served withChannels(
      Path folder, List<ApprovalChannelConfig> channels, BackoffPolicy patience, AgentClock clock)
      throws Exception {
    var ways =
        Ways.of(List.of(), estate -> ServerFixture.withChannels(estate, channels, patience, clock));
    return new Served(folder, ServerFixture.patient(), ways);
  }

  private static Ways called(UnaryOperator<ServerConfig> serve) {
    return new Ways(List.of(), UnaryOperator.identity(), serve, HttpClient.newHttpClient());
  }

  private static ServerConfig with(ServerConfig s, boolean mcp, Optional<OidcConfig> oidc) {
    return new ServerConfig(
        s.host(),
        oidc.flatMap(OidcConfig::console)
            .map(console -> URI.create(console.origin()).getPort())
            .orElse(s.port()),
        s.plaintext(),
        s.tokensFile(),
        s.tls(),
        s.openMetrics(),
        s.bounds(),
        s.nats(),
        new ServerConfig.Surfaces(mcp, s.console()),
        oidc);
  }

  private static CommandCaller.Ended command(Path folder, String who, List<String> words) {
    var client =
        new CommandEnvironment.Client(
            folder, folder, Map.of(), false, who, RuntimeSource.OWN, TerminalPrompt.NONE);
    return CommandOutput.of(
        client, around -> CommandLineRunner.run(around, words.toArray(String[]::new)));
  }

  /** On an estate that differs from the usual one. */
  static Served start(
      Path folder, List<BackendHealthCheck> vitals, UnaryOperator<AgentResources> estate)
      throws Exception {
    return new Served(folder, ServerConfig.Bounds.DEFAULT, Ways.of(vitals, estate));
  }

  /** Its logs are files. */
  static Served start(Path folder, ServerConfig.Bounds bounds, Journal journal, LogTails tails)
      throws Exception {
    return new Served(
        folder,
        bounds,
        Ways.of(List.of(), estate -> ServerFixture.withFiles(estate, journal, tails)));
  }

  static Served start(Path folder, List<BackendHealthCheck> vitals) throws Exception {
    return new Served(
        folder, ServerConfig.Bounds.DEFAULT, Ways.of(vitals, UnaryOperator.identity()));
  }

  /** Over TLS, and called by a client that trusts it. */
  static Served start(Path folder, ServerConfig.Tls tls, HttpClient client) throws Exception {
    UnaryOperator<ServerConfig> secured =
        s ->
            new ServerConfig(
                s.host(),
                s.port(),
                s.plaintext(),
                s.tokensFile(),
                Optional.of(tls),
                s.openMetrics(),
                s.bounds(),
                Optional.empty(),
                new ServerConfig.Surfaces(false, true),
                Optional.empty());
    return new Served(
        folder,
        ServerFixture.attentive(),
        new Ways(List.of(), UnaryOperator.identity(), secured, client));
  }

  private ServerConfig serve(ServerConfig.Bounds bounds) {
    return new ServerConfig(
        "127.0.0.1",
        0,
        false,
        Optional.of(tokens),
        Optional.empty(),
        false,
        bounds,
        Optional.empty(),
        new ServerConfig.Surfaces(false, true),
        Optional.empty());
  }

  /** Writes the hashes of the four callers' tokens. */
  static Path tokens(Path folder) {
    try {
      return Files.writeString(
          folder.resolve("tokens.yaml"),
          """
          tokens:
            - {name: olivia, sha256: %s, roles: [operator]}
            - {name: ann, sha256: %s, roles: [approver]}
            - {name: vic, sha256: %s, roles: [viewer]}
            - {name: both, sha256: %s, roles: [operator, approver]}
          """
              .formatted(hash(OLIVIA), hash(ANN), hash(VIC), hash(BOTH)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static String hash(String token) {
    return CanonicalJson.sha256(token.getBytes(StandardCharsets.UTF_8));
  }

  /** What somebody sent, as JSON. */
  public static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException("not JSON: " + text, e);
    }
  }

  /** What was answered. */
  public record Answer(HttpResponse<String> response) {
    public int status() {
      return response.statusCode();
    }

    public String body() {
      return response.body();
    }

    public String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    public JsonNode json() {
      return Served.json(body());
    }

    public String text(String field) {
      return json().path(field).asText();
    }
  }

  public Answer get(String path, String token) {
    return send(request(path, token).GET());
  }

  public Answer post(String path, String token, String body) {
    return send(
        request(path, token)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body)));
  }

  /** Approves what is held, as one who has read its plan. */
  public Answer approve(String id, String token) {
    var plan = get("/v1/executions/" + id + "/plan", token).text("plan");
    return post("/v1/executions/" + id + "/approve?plan=" + plan, token, "{}");
  }

  /** Submits a request and gives the id of its execution. */
  public String submit(String text) {
    var answer = post("/v1/tasks", OLIVIA, task(text));
    if (answer.status() != 202) {
      throw new IllegalStateException(answer.body());
    }
    return answer.text("execution_id");
  }

  static String task(String text) {
    return "{\"request\": \"" + text + "\"}";
  }

  /** Submits a request and waits until it ended so. */
  public String done(String text, String result) {
    var id = submit(text);
    awaitResult(id, result);
    return id;
  }

  public void awaitResult(String id, String result) {
    BoundedWait.until(
        id + " is " + result,
        ServerFixture.SOON,
        () -> get("/v1/executions/" + id, VIC).text("result").equals(result));
  }

  public HttpRequest.Builder request(String path, String token) {
    var request = HttpRequest.newBuilder(uri(path)).timeout(ServerFixture.SOON);
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }

  URI uri(String path) {
    return URI.create(api.address() + path);
  }

  public Answer send(HttpRequest.Builder request) {
    return new Answer(send(client, request));
  }

  static HttpResponse<String> send(HttpClient client, HttpRequest.Builder request) {
    try {
      return client.send(request.build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Where it listens. */
  public String address() {
    return api.address();
  }

  HttpClient client() {
    return client;
  }

  @Override
  public void close() {
    brake.release();
    server.stop();
    api.close();
    server.close();
    client.close();
  }
}
