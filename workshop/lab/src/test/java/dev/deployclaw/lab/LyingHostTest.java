package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.campaign.disturbance.HostLie;
import dev.deployclaw.lab.campaign.disturbance.LyingHost;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The executor host answers one call of a change late, twice or wrongly. */
@Slow(
    guard = "dev.deployclaw.executors.remote.HostileHostTest",
    because = "it changes an estate with gateways, once for each lie")
class LyingHostTest {
  @RegisterExtension static final SharedLab SHARED = new SharedLab();

  @TempDir Path folder;

  private static LiveEstate estate;
  private static LyingHost host;
  private static ServingAgent agent;

  @BeforeAll
  static void start() throws Exception {
    estate = SHARED.estate();
    host = LyingHost.before(estate.lab().config(), Map.of());
    var environment = new TreeMap<>(LiveEstate.QUICK);
    environment.putAll(host.environment());
    environment.putAll(Map.of("DEPLOYCLAW_BOUNDS_CALL", "10s"));
    agent = ServingAgent.start(estate, environment);
  }

  @AfterAll
  static void stop() throws Exception {
    agent.close();
    host.close();
  }

  /**
   * @param named in the execution's log
   */
  @ParameterizedTest
  @CsvSource({
    "redis.publish, LATE, COMPLETED, not taken yet: redis:",
    "redis.publish, TWICE, COMPLETED, More than one value received",
    "redis.prepare, DENIED, ABORTED, nothing was done here",
    "redis.publish, CUT_OFF, COMPLETED, the executor host gave no answer",
    "gateway.prepare, DOUBLED_MEMBER, ABORTED, answers twice for gateway",
    "redis.publish, NOT_DONE, COMPLETED, not there yet: ratelimit/",
    "redis.publish, ANOTHER_CALL, COMPLETED, says YES to another digest",
    "redis.prepare, TWICE, ABORTED, More than one value received",
    "redis.prepare, ANOTHER_MEMBER, ABORTED, 'nowhere/redis/'",
    "gateway.prepare, INVENTED_MEMBER, ABORTED, '-too, which isn''t of gateway'",
    "gateway.prepare, LESS_MEMBERS, ABORTED, the executor host leaves it out",
    "redis.prepare, ANOTHER_DIGEST, ABORTED, says YES to another digest: 0000",
    "gateway.prepare, ANOTHER_CALL, ABORTED, says YES to another digest",
    "redis.stage, NOT_DONE, ABORTED, its own line: nothing instead of"
  })
  void aLieIsNamedAndAllIsOldOrNew(String operation, HostLie lie, String result, String named)
      throws Exception {
    var before = estate.checker().digest();
    host.lie(operation, lie);

    String id = agent.submit(estate.change()).text("execution_id");
    agent.follow(id);

    assertThat(host.lied()).isTrue();
    assertThat(agent.result(id)).isEqualTo(result);
    var document = Files.writeString(folder.resolve("log"), estate.run("log", id, "--json").out());
    assertThat(document).content().contains(named);
    String key = estate.run("audit", "key").out().strip();
    assertThat(estate.run("audit", "verify", document.toString(), "--key", key).exit()).isZero();
    assertThat(estate.checker().digest().equals(before)).isEqualTo(result.equals("ABORTED"));
    estate.checker().assertWhole();
  }
}
