package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.testkit.Slow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.commons.lang3.function.Failable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What somebody changed by hand is named, kept, and put back, on a lab with everything in it. */
@Slow(
    guard = "dev.deployclaw.core.repair.DriftRepairTest",
    because = "it changes every back end by hand and repairs them all")
class DriftTest extends SharedLabCases {
  private static final String TENANT = "umbrella";
  private static final String RULES = RedisKeyLayout.policyKey(TENANT, TENANT);

  private static EstateObserver witness;

  @BeforeAll
  static void setUp() throws Exception {
    witness = new EstateObserver(scene);
  }

  @Test
  void isNamedKeptAndPutBackEverywhere() throws Exception {
    String active = scene.active().toString();
    long epoch = scene.active().path("epoch").asLong();
    String digest = scene.active().path("digest").asText();
    var none = scene.run("drift");
    var nothing = scene.run("drift", "--repair");

    String rule = meddle(epoch);
    var drift = scene.run("drift");
    var repaired = scene.run("drift", "--repair");
    var after = scene.run("drift");

    assertThat(none.exit()).as(none.out() + none.err()).isZero();
    assertThat(nothing.exit()).as(nothing.err()).isZero();
    assertThat(nothing.json().path("result").asText()).isEqualTo("NO_CHANGE");
    assertThat(drift.exit()).as(drift.out()).isEqualTo(8);
    assertThat(drift.err()).contains("deployclaw drift --repair");
    var named = new TreeSet<String>();
    drift.json().path("drift").forEach(d -> named.add(d.path("member").asText()));
    assertThat(named)
        .anyMatch(m -> m.startsWith("redis/"))
        .anyMatch(m -> m.endsWith("/gw-01"))
        .anyMatch(m -> m.endsWith("/gw-02"))
        .anyMatch(m -> m.startsWith("configuration"));
    assertThat(repaired.exit()).as(repaired.out() + repaired.err()).isZero();
    assertThat(repaired.json().path("result").asText()).isEqualTo("COMPLETED");
    assertThat(repaired.out()).contains("tb 3 ", "gw-01", "gw-02", "s3://");
    assertThat(after.exit()).as(after.out() + after.err()).isZero();
    assertThat(scene.active().toString()).as("no new epoch").isEqualTo(active);
    assertThat(scene.owner(RULES).call("HGET", RULES, epoch + ":search")).isEqualTo(rule);
    witness.assertEveryoneActsOn(epoch, digest);
    assertThat(keptText(repaired)).contains("# changed by hand");
    var validated = scene.run("validate");
    assertThat(validated.err()).as(validated.out()).doesNotContain("gw-01", "gw-02");
  }

  @Test
  void isRepairedOnAWordAndNotUnderAFreeze() throws Exception {
    scene.owner(RULES).call("FUNCTION", "FLUSH");
    scene.run("freeze", "incident");

    var frozen = scene.run("drift", "--repair");
    scene.run("thaw");
    var repaired = scene.run("run", "repair the drift");

    assertThat(frozen.exit()).isEqualTo(11);
    assertThat(frozen.err()).contains("kill switch", "deployclaw thaw");
    assertThat(repaired.exit()).as(repaired.out() + repaired.err()).isZero();
    assertThat(repaired.json().path("result").asText()).isEqualTo("COMPLETED");
    assertThat(scene.run("drift").exit()).isZero();
  }

  /** A rule, a library, a link, a file and a configuration store; gives the rule that was there. */
  private static String meddle(long epoch) throws IOException {
    var owner = scene.owner(RULES);
    String rule = owner.call("HGET", RULES, epoch + ":search");
    owner.call("HSET", RULES, epoch + ":search", "tb 3 60000000 3 1 enforce");
    owner.call("HSET", RULES, epoch + ":more", "tb 9 60000000 9 1 enforce");
    var cluster = scene.redis();
    cluster.primaries().stream()
        .map(cluster::node)
        .filter(n -> !n.address().equals(owner.address()))
        .findFirst()
        .orElseThrow()
        .call("FUNCTION", "FLUSH");
    var first = scene.gateway("gw-01").entry().folder().resolve("live/nginx.conf");
    Files.writeString(first, Files.readString(first) + "# changed by hand\n");
    var second = scene.gateway("gw-02").entry().folder();
    Files.delete(second.resolve("live"));
    Files.createSymbolicLink(second.resolve("live"), Path.of("epochs/0"));
    for (var store : scene.config().configurationStores()) {
      var keys = new EtcdKeyspace(store.etcd());
      keys.put("active", "{\"epoch\":0}");
    }
    return rule;
  }

  /** What the repair found at the gateways, from the object that its log names. */
  private static String keptText(LabAgent.Ran repaired) {
    var match = Pattern.compile("checkpoints/[0-9a-f]{64}\\.json").matcher(repaired.out());
    assertThat(match.find()).as(repaired.out()).isTrue();
    return Failable.get(() -> Files.readString(scene.object(match.group())));
  }
}
