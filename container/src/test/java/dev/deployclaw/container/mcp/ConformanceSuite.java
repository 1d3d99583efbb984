package dev.deployclaw.container.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.impl.driver.Driver;
import dev.deployclaw.testkit.process.CommandRunner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** The official conformance suite (npm), by Playwright's Node. Without it, a test is skipped. */
final class ConformanceSuite {
  static final String REVISION = "2026-07-28";
  private static final String VERSION = "0.2.0-alpha.12";
  private static final String PACKAGE = "@modelcontextprotocol/conformance";
  private static final Pattern SCENARIO =
      Pattern.compile("(?m)^\\W*([a-z0-9-]+): (\\d+) passed, (\\d+) failed");

  private static final Pattern ONE = Pattern.compile("(?m)^Passed: (\\d+)/\\d+, (\\d+) failed");

  private ConformanceSuite() {}

  /** What a run said of each scenario. */
  record Verdict(Map<String, Integer> passed, Map<String, Integer> failed, String said) {}

  static Verdict run(String address, String... what) {
    var program = folder().resolve("node_modules").resolve(PACKAGE).resolve("dist/index.js");
    assumeTrue(
        Files.exists(program),
        "not here: npm install --prefix .deployclaw/conformance " + PACKAGE + "@" + VERSION);
    var node =
        Driver.ensureDriverInstalled(Map.of(), false).createProcessBuilder().command().getFirst();
    var command = new ArrayList<>(List.of(node, program.toString(), "server", "--url", address));
    command.addAll(List.of(what));
    var ended = CommandRunner.of(command).within(Duration.ofMinutes(4)).run();
    var passed = new TreeMap<String, Integer>();
    var failed = new TreeMap<String, Integer>();
    var lines = SCENARIO.matcher(ended.out());
    while (lines.find()) {
      passed.put(lines.group(1), Integer.valueOf(lines.group(2)));
      failed.put(lines.group(1), Integer.valueOf(lines.group(3)));
    }
    var one = ONE.matcher(ended.out());
    if (one.find()) {
      passed.put(what[1], Integer.valueOf(one.group(1)));
      failed.put(what[1], Integer.valueOf(one.group(2)));
    }
    assertThat(passed).as(ended.said()).isNotEmpty();
    failed.values().removeIf(n -> n == 0);
    return new Verdict(passed, failed, ended.said());
  }

  /** Of the checkout, where the program keeps what it installs. */
  private static Path folder() {
    var at = Path.of("").toAbsolutePath();
    while (!Files.exists(at.resolve("scripts/test-times"))) {
      at = Objects.requireNonNull(at.getParent());
    }
    return at.resolve(".deployclaw/conformance");
  }
}
