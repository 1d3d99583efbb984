package dev.deployclaw.executors.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.core.spi.MemberReport.Answer;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.redis.cluster.RedisSettings;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.wire.ServerLogin;
import dev.deployclaw.testkit.redis.AclProtectedRedis;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rights that {@code container/redis/users.acl} gives are those that the agent needs. */
class RedisUsersTest {
  private static final String PASSWORD = "a long word";
  private static final String USER = "deployclaw-agent";
  private static final PolicySet SET = SampleSets.of(12);
  @TempDir private static Path folder;
  @AutoClose private static AclProtectedRedis redis;

  @BeforeAll
  static void start() throws Exception {
    String users = Files.readString(Path.of("..", "container", "redis", "users.acl"));
    redis =
        AclProtectedRedis.start(
            folder.resolve("redis"), users, Map.of("AGENT", PASSWORD, "RATELIMIT", "another"));
  }

  @Test
  void theAgentsUserCanDoAllThatAChangeNeeds() throws Exception {
    var activation = Activations.of(SET, 1);
    var again = Activations.of(SET, 2);
    var looks =
        List.of("topology", "scan", "latency", "clock").stream()
            .<ExecutorCall>map(verb -> new ExecutorCall.Look(verb, Map.of()));
    var acts =
        List.<ExecutorCall>of(
            new ExecutorCall.Observe(),
            new ExecutorCall.Look("counters", Map.of("keys", List.of("dc:{acme}:c:acme:x:"))),
            new ExecutorCall.Stage(activation),
            new ExecutorCall.Prepare(activation),
            new ExecutorCall.Publish(activation),
            new ExecutorCall.Converge(activation),
            new ExecutorCall.Stage(again),
            new ExecutorCall.Publish(again),
            new ExecutorCall.Stage(Activations.of(SET, 3)),
            new ExecutorCall.Discard(3),
            new ExecutorCall.Look("scan", Map.of()));
    var calls = new ArrayList<>(looks.toList());
    calls.addAll(acts);

    try (var executor = executor(Optional.of(new ServerLogin(USER, PASSWORD)))) {
      for (var call : calls) {
        var answer = executor.execute(invocation(call));
        assertThat(answer).as(call.verb()).isInstanceOf(CallOutcome.Done.class);
        for (MemberReport report : ((CallOutcome.Done) answer).reports()) {
          assertThat(report.answer())
              .as(call.verb() + ": " + report.reason())
              .isEqualTo(Answer.YES);
        }
      }
    }
  }

  @Test
  void saysWhatToDoWithoutAUserAndWithAWrongPassword() throws Exception {
    try (var without = executor(Optional.empty());
        var wrong = executor(Optional.of(new ServerLogin(USER, "no")))) {
      assertThat(fault(without))
          .isInstanceOf(CallFault.Denied.class)
          .asString()
          .contains("NOAUTH", "it requires a user, so set redis.username and passwordFile");
      assertThat(fault(wrong))
          .isInstanceOf(CallFault.Denied.class)
          .asString()
          .contains("WRONGPASS", "check redis.username and passwordFile")
          .doesNotContain(PASSWORD);
    }
  }

  @Test
  void saysWhichRightIsMissing() throws Exception {
    try (var service = executor(Optional.of(new ServerLogin("deployclaw-ratelimit", "another")))) {
      assertThat(fault(service)).asString().contains("NOPERM", "docs/tasks/credentials.md");
    }
  }

  private static CallFault fault(RedisExecutor executor) throws InterruptedException {
    var answer = executor.execute(invocation(new ExecutorCall.Look("topology", Map.of())));
    return ((CallOutcome.Failed) answer).fault();
  }

  private static RedisExecutor executor(Optional<ServerLogin> login) {
    var settings =
        new RedisSettings(
            List.of(redis.address().toString()), Duration.ofSeconds(10), login, Optional.empty());
    return new RedisExecutor(settings, () -> new FenceMark(0, 0));
  }

  private static Invocation invocation(ExecutorCall call) {
    return new Invocation("redis", call, new FencingToken("a", 1), Duration.ofSeconds(60));
  }
}
