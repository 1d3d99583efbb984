package dev.deployclaw.container.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.config.ServerConfig;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Calls of operations; each answer is judged by the description, and its status is kept. */
abstract class DescribedCalls {
  static final int MANY = 1_000_000;

  @TempDir Path folder;

  final Set<String> given = new TreeSet<>();
  Served served;
  ApiDescription description;

  @BeforeEach
  void start() throws Exception {
    served = serve(MANY);
    description = new ApiDescription(served.get("/v1/openapi.yaml", "").body());
  }

  @AfterEach
  void stop() {
    served.close();
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
}
