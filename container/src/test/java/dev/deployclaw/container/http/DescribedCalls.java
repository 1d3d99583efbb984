package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.BOTH;
import static dev.deployclaw.container.http.Served.VIC;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.approval.BotFramework;
import dev.deployclaw.container.config.ServerConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Calls of operations; each answer is judged by the description, and its status is kept. */
abstract class DescribedCalls {
  static final int MANY = 1_000_000;
  static final String CLEAR = "set acme's orders limit to %d per minute";

  @TempDir Path folder;

  final Set<String> given = new TreeSet<>();
  @AutoClose Served served;
  ApiDescription description;

  @BeforeEach
  void start() throws Exception {
    served = serve(MANY);
    description = new ApiDescription(served.get("/v1/openapi.yaml", "").body());
  }

  final void exchange(int perMinute) throws Exception {
    served.close();
    served = serve(perMinute);
  }

  /** An agent that takes so many calls a minute. */
  private Served serve(int perMinute) throws Exception {
    var d = ServerConfig.Bounds.DEFAULT;
    var shares =
        new ServerConfig.Shares(8, perMinute, d.shares().connections(), d.shares().connections());
    var bounds =
        new ServerConfig.Bounds(
            d.queue(),
            d.bodyBytes(),
            perMinute,
            d.streams(),
            d.heartbeat(),
            d.look(),
            d.leaderWait(),
            d.stopWithin(),
            d.keepLogs(),
            shares);
    return Served.forAgents(Files.createTempDirectory(folder, "served"), bounds);
  }

  final List<ApiDescription.Operation> where(Predicate<ApiDescription.Operation> which) {
    return description.operations().stream().filter(which).toList();
  }

  final ApiCall call(String id, String token) {
    return ApiCall.of(description.operation(id), token);
  }

  final ApiCall post(String id, String token, String body) {
    return call(id, token).body(body);
  }

  /** Judges the answer, and what was sent where it was taken. */
  final Served.Answer expect(int status, ApiCall call) {
    var answer = served.send(call.request(served));
    assertThat(answer.status()).as(call.path() + ": " + answer.body()).isEqualTo(status);
    description.check(call.operation(), answer);
    if (status < 300 && call.body().startsWith("{")) {
      assertThat(description.bodyFaults(call.operation(), call.body())).as(call.body()).isEmpty();
    }
    given.add(call.operation().id() + " " + status);
    return answer;
  }

  /** What the agent refuses, a client can find out by the description alone. */
  final void expectBadBody(ApiCall call) {
    assertThat(expect(400, call).text("place")).startsWith("body");
    assertThat(description.bodyFaults(call.operation(), call.body())).as(call.body()).isNotEmpty();
  }

  final ApiCall webhook(String body) {
    return DescribedChannels.webhook(call("decideByWebhook", ""), seconds(), body);
  }

  final ApiCall click(String payload) {
    return DescribedChannels.slack(call("clickInSlack", ""), seconds(), payload);
  }

  final void clicksInTeams() {
    var click = call("clickInTeams", "");
    expect(401, DescribedChannels.unsigned(click, "{}"));
    expect(404, click.body("{}"));
    expect(403, click.body("{}").with("Sec-Fetch-Site", "cross-site"));
    expectBadBody(DescribedChannels.teams(click, "{}"));
    String stale = DescribedChannels.BOTS.click(BotFramework.MALLORY, "approve", "");
    expect(200, DescribedChannels.teams(click, stale));
    String other = stale.replace("\"invoke\"", "\"message\"");
    assertThat(expect(200, DescribedChannels.teams(click, other)).json()).isEmpty();
  }

  final void logs() {
    var first = expect(200, call("findLogs", VIC).query("limit=2"));
    expect(200, call("findLogs", VIC).query("tenant=acme&after=" + first.text("next")));
    var newest = expect(200, call("findSignIns", VIC).query("limit=1"));
    expect(200, call("findSignIns", VIC).query("after=" + newest.text("next")));
    for (var wrong :
        List.of("limit=201", "since=today", "after=none", "person=" + "x".repeat(201))) {
      expect(400, call("findLogs", VIC).query(wrong));
      expect(400, call("findSignIns", VIC).query(wrong));
    }
    String gone = "after=sign-ins-2001-01-01-00-00000-00000000.7";
    expect(400, call("findSignIns", VIC).query(gone));
    expect(200, call("readChain", VIC));
    expect(200, call("downloadBundle", VIC));
  }

  private static long seconds() {
    return Instant.now().getEpochSecond();
  }

  final ApiCall message(String method, int id) {
    String version = "2026-07-28";
    String body =
        """
        {"jsonrpc": "2.0", "id": %d, "method": "%s", "params": {"_meta": {
          "io.modelcontextprotocol/protocolVersion": "%s",
          "io.modelcontextprotocol/clientCapabilities": {}}}}
        """
            .formatted(id, method, version);
    return post("sendMcpMessage", VIC, body)
        .with("Mcp-Method", method)
        .with("MCP-Protocol-Version", version);
  }

  /** The id of a change that waits for a person. */
  final String held(int limit) {
    var body = "{\"request\": \"%s\", \"approval\": \"manual\"}".formatted(CLEAR.formatted(limit));
    String id = expect(202, post("submitTask", BOTH, body)).text("execution_id");
    served.awaitResult(id, "HELD");
    return id;
  }
}
