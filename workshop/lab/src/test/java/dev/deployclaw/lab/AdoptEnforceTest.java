package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.redis.RedisKeyLayout;
import dev.deployclaw.testkit.Slow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** An estate that was adopted in shadow mode is enforced tenant by tenant. */
@Slow(
    guard = "dev.deployclaw.policy.imports.LimitAdoptionTest",
    because = "it carries out a change for one tenant after the other")
class AdoptEnforceTest extends OwnLabCases {
  private static final String FIRST = "umbrella";
  private static final String SECOND = "hooli";

  @BeforeAll
  static void setUp() throws Exception {
    scene = LabFixture.up(folder, 3);
    for (var source : scene.config().policySources()) {
      for (String tenant : List.of(FIRST, SECOND)) {
        shadow(source.folder().resolve(tenant + ".yaml"));
      }
    }
    var first = scene.run("run", DemoCommand.REQUEST);
    assertThat(first.exit()).as(first.err()).isZero();
  }

  @Test
  void oneTenantAfterTheOtherBeginsToRefuse() {
    var before = left();
    long epoch = epoch();

    var enforced = scene.run("adopt", "--enforce", FIRST);
    var between = left();
    var unknown = scene.run("adopt", "--enforce", "nobody");

    assertThat(before).containsExactly(SECOND, FIRST);
    assertThat(enforced.exit()).as(enforced.out() + enforced.err()).isZero();
    assertThat(enforced.json().path("result").asText()).isEqualTo("COMPLETED");
    assertThat(epoch()).isEqualTo(epoch + 1);
    assertThat(between).containsExactly(SECOND);
    assertThat(rule(FIRST)).contains("enforce").doesNotContain("shadow");
    assertThat(rule(SECOND)).contains("shadow").doesNotContain("enforce");
    assertThat(unknown.exit()).isNotZero();
    assertThat(epoch()).isEqualTo(epoch + 1);

    var second = scene.run("adopt", "--enforce", SECOND);

    assertThat(second.exit()).as(second.out() + second.err()).isZero();
    assertThat(left()).isEmpty();
    assertThat(rule(SECOND)).contains("enforce");
  }

  private static List<String> left() {
    var out = new ArrayList<String>();
    scene
        .run("adopt", "--shadowed")
        .json()
        .path("shadowed")
        .forEach(t -> out.add(t.path("tenant").asText()));
    return out;
  }

  private static long epoch() {
    return scene.active().path("epoch").asLong();
  }

  /** What the primary that owns the tenant decides by, read past the agent. */
  private static String rule(String tenant) {
    String rules = RedisKeyLayout.policyKey(tenant, tenant);
    return scene.owner(rules).call("HGET", rules, epoch() + ":search");
  }

  private static void shadow(Path document) throws IOException {
    if (Files.exists(document)) {
      String text = Files.readString(document);
      Files.writeString(
          document, text.replaceAll("( +)requests: ", "$1mode: shadow\n$1requests: "));
    }
  }
}
