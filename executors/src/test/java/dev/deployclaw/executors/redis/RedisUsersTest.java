package dev.deployclaw.executors.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Call;
import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Fence;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import dev.deployclaw.core.spi.Report.Answer;
import dev.deployclaw.executors.Activations;
import dev.deployclaw.executors.SampleSets;
import dev.deployclaw.executors.sandbox.Mark;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.testkit.GuardedRedis;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rights that {@code container/redis/users.acl} gives are those that the agent needs. */
class RedisUsersTest {
  private static final String PASSWORD = "a long word";
  private static final String USER = "deployclaw-agent";
  private static final PolicySet SET = SampleSets.of(12);
  @TempDir private static Path folder;
  private static GuardedRedis redis;

  @BeforeAll
  static void start() throws Exception {
    String users = Files.readString(Path.of("..", "container", "redis", "users.acl"));
    redis =
        GuardedRedis.start(
            folder.resolve("redis"), users, Map.of("AGENT", PASSWORD, "RATELIMIT", "another"));
  }

  @AfterAll
  static void stop() {
    redis.close();
  }

  @Test
  void theAgentsUserCanDoAllThatAChangeNeeds() throws Exception {
    var activation = Activations.of(SET, 1);
    var again = Activations.of(SET, 2);
    var looks =
        List.of("topology", "scan", "latency", "clock").stream()
            .<Call>map(verb -> new Call.Look(verb, Map.of()));
    var acts =
        List.<Call>of(
            new Call.Observe(),
            new Call.Look("counters", Map.of("keys", List.of("dc:{acme}:c:acme:x:"))),
            new Call.Stage(activation),
            new Call.Prepare(activation),
            new Call.Publish(activation),
            new Call.Converge(activation),
            new Call.Stage(again),
            new Call.Publish(again),
            new Call.Stage(Activations.of(SET, 3)),
            new Call.Discard(3),
            new Call.Look("scan", Map.of()));
    var calls = new ArrayList<>(looks.toList());
    calls.addAll(acts);

    try (var executor = executor(Optional.of(new RedisSettings.Login(USER, PASSWORD)))) {
      for (var call : calls) {
        var answer = executor.execute(invocation(call));
        assertThat(answer).as(call.verb()).isInstanceOf(Outcome.Done.class);
        for (Report report : ((Outcome.Done) answer).reports()) {
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
        var wrong = executor(Optional.of(new RedisSettings.Login(USER, "no")))) {
      assertThat(fault(without))
          .isInstanceOf(Fault.Denied.class)
          .asString()
          .contains("NOAUTH", "it wants a user, so set redis.username and passwordFile");
      assertThat(fault(wrong))
          .isInstanceOf(Fault.Denied.class)
          .asString()
          .contains("WRONGPASS", "check redis.username and passwordFile")
          .doesNotContain(PASSWORD);
    }
  }

  @Test
  void saysWhichRightIsMissing() throws Exception {
    try (var service =
        executor(Optional.of(new RedisSettings.Login("deployclaw-ratelimit", "another")))) {
      assertThat(fault(service)).asString().contains("NOPERM", "docs/guide/credentials.md");
    }
  }

  private static Fault fault(RedisExecutor executor) throws InterruptedException {
    var answer = executor.execute(invocation(new Call.Look("topology", Map.of())));
    return ((Outcome.Failed) answer).fault();
  }

  private static RedisExecutor executor(Optional<RedisSettings.Login> login) {
    var settings =
        new RedisSettings(List.of(redis.address().toString()), Duration.ofSeconds(10), login);
    return new RedisExecutor(settings, () -> new Mark(0, 0));
  }

  private static Invocation invocation(Call call) {
    return new Invocation("redis", call, new Fence("a", 1), Duration.ofSeconds(60));
  }
}
