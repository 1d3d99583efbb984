package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.CommandLineRunner;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.OutputMode;
import dev.deployclaw.skills.SkillCatalogue;
import dev.deployclaw.skills.SkillLock;
import dev.deployclaw.skills.SkillScope;
import dev.deployclaw.skills.sheet.OperatorPolicy;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.redis.RedisCluster;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** A skill that somebody wrote and pinned, followed at real back ends without a rebuild. */
@Slow(
    guard = "dev.deployclaw.core.planning.SkillPinCheckTest",
    because = "it carries out changes with each skill on a real estate")
class SkillStepTest extends SharedLabCases {
  private static final Pattern TIMES = Pattern.compile("cmdstat_time:calls=(\\d+)");

  private static final String BOTH = "redis.topology redis.clock";

  @Test
  void aStepThatWasAddedToASkillIsSeenAtRedis() throws Exception {
    var skills = Files.createDirectory(folder.resolve("skills"));
    write(skills, "redis.topology", BOTH);
    long before = asked();

    var plain = scan(skills);
    long between = asked();
    write(skills, "redis.topology, redis.clock", BOTH);
    var unpinned = scan(skills);
    pin(skills);
    var added = scan(skills);

    assertThat(plain.exit()).as(plain.err()).isEqualTo(2);
    assertThat(plain.err()).contains("isn't pinned");
    assertThat(unpinned.exit()).as(unpinned.err()).isEqualTo(2);
    assertThat(between).as("nobody asks for the time").isEqualTo(before);
    assertThat(added.json().at("/looks/redis.clock/reports")).as(added.err()).hasSize(6);
    assertThat(asked()).as("and now it is").isGreaterThan(between);
  }

  /** The lock file is as somebody would write it who doesn't validate: the pin isn't the bound. */
  @Test
  void aStepThatTheSkillDoesNotDeclareIsAskedOfNobody() throws Exception {
    var skills = Files.createDirectory(folder.resolve("undeclared"));
    write(skills, "redis.topology, redis.clock", "redis.topology");
    pinAnyway(skills);
    long before = asked();

    var undeclared = scan(skills);

    assertThat(undeclared.exit()).as(undeclared.err()).isEqualTo(2);
    assertThat(undeclared.err())
        .contains("step look uses redis.clock, which allowed-tools doesn't name");
    assertThat(asked()).as("nobody is asked for the time").isEqualTo(before);

    write(skills, "redis.topology", "redis.topology");
    pinAnyway(skills);
    assertThat(scan(skills).json().at("/looks").has("redis.clock")).isFalse();
    assertThat(asked()).as("nor by what it declares").isEqualTo(before);
  }

  private static void pinAnyway(Path skills) throws Exception {
    var found =
        SkillCatalogue.discover(List.of(new SkillScope("mine", skills))).skills().values().stream()
            .map(SkillCatalogue.Entry::skill)
            .toList();
    SkillLock.pin(found, OperatorPolicy.OPEN).write(skills.resolve(SkillLock.FILE));
  }

  private LabAgent.Ran scan(Path skills) {
    return estate.agent(Map.of("DEPLOYCLAW_SKILLS_DIR", skills.toString())).run("scan", "--json");
  }

  private static void pin(Path skills) {
    var out = new ByteArrayOutputStream();
    var print = new PrintStream(out, true, StandardCharsets.UTF_8);
    var around = new CommandEnvironment(folder, folder, Map.of(), print, print, OutputMode.PLAIN);
    int exit = CommandLineRunner.run(around, "skills", "lock", skills.toString());
    assertThat(exit).as(out.toString(StandardCharsets.UTF_8)).isZero();
  }

  /** How often any node was asked for its time. */
  private static long asked() {
    var redis = RedisCluster.adopt(estate.lab().folder().resolve("redis"));
    long sum = 0;
    for (var address : redis.nodes()) {
      var times = TIMES.matcher(redis.node(address).call("INFO", "commandstats"));
      sum += times.find() ? Long.parseLong(times.group(1)) : 0;
    }
    return sum;
  }

  private static void write(Path skills, String operations, String tools) throws Exception {
    var sheet = Files.createDirectories(skills.resolve("my-scan")).resolve("SKILL.md");
    Files.writeString(
        sheet,
        """
        ---
        name: my-scan
        description: Looks at the nodes that we care about, and at their clocks.
        metadata:
          deployclaw.serves: scan
        allowed-tools: %s
        ---

        # My scan

        ```deployclaw-steps
        - id: look
          action: Looking our way
          operations: [%s]
          after: [topology]
          onFailure: warn
        ```
        """
            .formatted(tools, operations));
  }
}
