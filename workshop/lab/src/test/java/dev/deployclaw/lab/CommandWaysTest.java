package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.lab.CommandRow.Place;
import dev.deployclaw.lab.LabAgent.Ran;
import dev.deployclaw.testkit.Slow;
import dev.deployclaw.testkit.network.FreePortFinder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every command, first with no agent that serves, then with one, on one lab: it ends and answers
 * the same, and its record names who called it. Each call is another system user's, so that the
 * agent's record of sign-ins tells for each of them whether its socket was asked.
 */
@Slow(
    guard = "dev.deployclaw.lab.CommandTableTest",
    because = "it calls every command twice, each time a process")
class CommandWaysTest extends OwnLabCases {
  private static final Duration SOON = Duration.ofMinutes(2);
  private static final int ALONE = 60_000;
  private static final int SERVED = 61_000;
  private static final String LINE = "%-18s %-6s %5s %6s  %-9s %s";

  private static final List<CommandRow> ROWS = CommandTable.rows();
  private static final Map<Integer, Called> CALLED = new TreeMap<>();
  private static final Set<String> SIGNED_IN = new HashSet<>();
  private static Map<String, String> environment = Map.of();

  /**
   * A call of a command.
   *
   * @param strangers files that it left to its caller and that aren't the caller's
   */
  private record Called(Ran ran, List<Path> strangers) {
    static Called failed(Throwable reason) {
      return new Called(new Ran(-1, "", reason.toString()), List.of());
    }
  }

  @BeforeAll
  static void callAll() throws Exception {
    assumeTrue(
        CommandProcess.missing().isEmpty(), () -> CommandProcess.missing().orElse(""));
    scene = LabFixture.up(folder.resolve(".deployclaw"), 3);
    var first = scene.agent().learn("run", LiveEstate.ALL);
    assertThat(first.exit()).as(first.err()).isZero();
    var estate = LiveEstate.of(scene.lab(), scene.config());
    var serving = serving();
    environment = new TreeMap<>(LiveEstate.QUICK);
    environment.put("DEPLOYCLAW_CONFIG", serving.get("DEPLOYCLAW_CONFIG"));
    environment.put("DEPLOYCLAW_GATE_APPROVER_MUST_DIFFER", "false");

    call(ALONE);
    try (var agent = ServingAgent.start(estate, serving)) {
      call(SERVED);
      assertThat(agent.terminate(SOON)).as(agent.err()).isTrue();
      assertThat(agent.err()).doesNotContain(" ERROR ");
    }
    for (var event : scene.run("audit", "sign-ins").json().path("events")) {
      if (event.path("means").asText().equals("peer")) {
        SIGNED_IN.add(event.path("who").asText());
      }
    }
  }

  /** The lab's configuration, with where its agent listens. */
  private static Map<String, String> serving() throws IOException {
    var listen = "127.0.0.1:" + FreePortFinder.free();
    var tokens = ServedApiClient.tokens(scene.lab().folder()).toString();
    var config =
        Files.writeString(
            scene.lab().config().resolveSibling("served.yaml"),
            Files.readString(scene.lab().config())
                + "serve: {listen: \"%s\", tokensFile: \"%s\"}\n".formatted(listen, tokens));
    return Map.of(
        "DEPLOYCLAW_CONFIG", config.toString(),
        "DEPLOYCLAW_SERVE_LISTEN", listen,
        "DEPLOYCLAW_GATE_APPROVER_MUST_DIFFER", "false");
  }

  private static void call(int users) throws IOException {
    for (int i = 0; i < ROWS.size(); i++) {
      CALLED.put(users + i, call(ROWS.get(i), users + i));
    }
  }

  private static Called call(CommandRow row, int user) throws IOException {
    var working = Files.createTempDirectory(folder, "caller");
    Files.setAttribute(working, "unix:uid", user);
    var caller = new CommandProcess(folder, working, environment, user);
    var there = new CommandScene(scene, caller);
    try {
      var ran = row.call().in(there);
      return new Called(ran, there.strangers());
    } catch (Exception | AssertionError e) {
      return Called.failed(e);
    }
  }

  static List<Integer> rows() {
    return IntStream.range(0, ROWS.size()).boxed().toList();
  }

  @ParameterizedTest
  @MethodSource("rows")
  void answersTheSameBothWaysInTheNameOfItsCaller(int number) {
    var row = ROWS.get(number);
    var alone = called(ALONE + number);
    var served = called(SERVED + number);

    assertThat(alone.ran().exit()).as("%s alone: %s", row, alone.ran()).isEqualTo(row.expected().alone());
    assertThat(served.ran().exit()).as("%s served: %s", row, served.ran()).isEqualTo(row.expected().served());
    if (row.expected().alone() == row.expected().served()) {
      assertThat(AnswerShape.of(served.ran().out()))
          .as("%s", row)
          .isEqualTo(AnswerShape.of(alone.ran().out()));
    }
    assertThat(SIGNED_IN.contains(Integer.toString(SERVED + number)))
        .as("%s asks the socket", row)
        .isEqualTo(row.place() == Place.AGENT);
    assertThat(SIGNED_IN).doesNotContain(Integer.toString(ALONE + number));
    for (int user : new int[] {ALONE + number, SERVED + number}) {
      assertThat(called(user).strangers()).as("%s of %d", row, user).isEmpty();
      row.expected()
          .callerField()
          .ifPresent(
              field -> assertThat(named(user, field)).as("%s of %d", row, user).isTrue());
    }
  }

  private static Called called(int user) {
    return CALLED.getOrDefault(user, Called.failed(new IllegalStateException("not called")));
  }

  private static boolean named(int user, String field) {
    return AnswerShape.document(called(user).ran().out())
        .map(document -> document.findValues(field))
        .orElse(List.of())
        .stream()
        .map(JsonNode::asText)
        .anyMatch(text -> text.contains(Integer.toString(user)));
  }

  /** What the tests saw, for people. */
  @AfterAll
  static void writeTable() throws IOException {
    var lines = new ArrayList<String>();
    lines.add(LINE.formatted("command", "runs in", "alone", "served", "socket", "names"));
    for (int i : rows()) {
      var row = ROWS.get(i);
      boolean asked = SIGNED_IN.contains(Integer.toString(SERVED + i));
      String names =
          row.expected()
              .callerField()
              .map(field ->
                  field + " " + named(ALONE + i, field) + " " + named(SERVED + i, field))
              .orElse(asked ? "sign-in true" : "-");
      lines.add(
          LINE.formatted(
              row,
              row.place(),
              called(ALONE + i).ran().exit(),
              called(SERVED + i).ran().exit(),
              asked ? "asked" : "not asked",
              names));
    }
    Files.write(Path.of("target", "commands.txt"), lines);
  }
}
