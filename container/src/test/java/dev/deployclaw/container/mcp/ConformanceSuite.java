package dev.deployclaw.container.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.impl.driver.Driver;
import dev.deployclaw.container.FetchedTool;
import dev.deployclaw.testkit.process.CommandRunner;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
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

  static Verdict run(String address, String... what) throws IOException {
    var program = FetchedTool.npm("conformance", PACKAGE + "@" + VERSION, "dist/index.js");
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
}
