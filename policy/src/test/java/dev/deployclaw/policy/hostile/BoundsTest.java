package dev.deployclaw.policy.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.process.CommandRunner;
import dev.deployclaw.testkit.process.JavaProgram;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Hostile input ends in bounded memory and time: a JVM with a small heap reads all of it, and says
 * of each piece what is wrong, where, and what to do; what stands beside it is loaded. The time is
 * a guard against what would not end in hours.
 */
@Slow(
    guard = "dev.deployclaw.policy.document.BoundedYamlReaderTest",
    because = "it reads documents as large as they may be in a small heap")
class BoundsTest {
  private static final Duration GUARD = Duration.ofMinutes(8);

  @TempDir Path folder;

  @Test
  void hostileInputEndsWithAReasonInASmallHeap() throws Exception {
    var small = List.of("-Xmx256m", "-XX:+ExitOnOutOfMemoryError");
    var ended =
        CommandRunner.of(JavaProgram.words(small, HostileInputReader.class)).within(GUARD).run();

    var lines = ended.said().lines().toList();
    assertThat(ended.exit()).as("" + lines).isZero();
    assertThat(lines).endsWith("end");
    assertThat(of("document ", lines)).hasSize(9).allMatch(l -> l.contains("policies=[acme]"));
    assertThat(lines)
        .anyMatch(l -> l.matches("document bomb .*bomb.yaml:1:\\d+: .*anchors and aliases.*"))
        .anyMatch(l -> l.matches("document deep .*deep.yaml:1:\\d+: .*nested deeper.*"))
        .anyMatch(l -> l.matches("document digits .*digits.yaml:6:\\d+: .*out of range.*"))
        .anyMatch(l -> l.matches("document exponent .*exponent.yaml:6:.*not a whole number.*"))
        .anyMatch(l -> l.matches("document many-limits .*2501 entries.*at most 100.*"))
        .anyMatch(l -> l.matches("document too-many-limits .* characters.*at most.*"))
        .anyMatch(l -> l.matches("twice .*is defined in .* and in 99990 more.*"))
        .anyMatch(l -> l.matches("set cycle errors=200000 longest=\\d{1,3}"))
        .anyMatch(l -> l.matches("set ladder errors=100000 .*"))
        .anyMatch(l -> l.matches("set limits errors=1 .*"))
        .anyMatch(l -> l.matches("import bomb rules=0 .*bomb.yaml:\\d+.*more than 500000 values.*"))
        .anyMatch(l -> l.matches("import deep rules=0 .*nested deeper.*"))
        .anyMatch(l -> l.matches("import items rules=0 .*more than 500000 values.*"))
        .anyMatch(l -> l.matches("import recursive rules=0 .*no anchor a is complete.*"))
        .anyMatch(l -> l.matches("import wildcards rules=20000 .*"))
        .anyMatch(l -> l.matches("adopt bomb.yaml:.*more than 500000 values.*"));
  }

  private static List<String> of(String start, List<String> lines) {
    return lines.stream().filter(l -> l.startsWith(start)).toList();
  }
}
