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
import java.nio.file.attribute.PosixFilePermissions;
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
 * the same, and its record names who called it: alone the process's user, by the socket the one
 * whom the kernel names. Each call of a command that the agent carries out is another user's there,
 * all others are root's, so that the agent's record of sign-ins tells whose asked its socket.
 */
@Slow(
    guard = "dev.deployclaw.lab.CommandTableTest",
    because = "it calls every command twice, each time a process")
class CommandWaysTest extends OwnLabCases {
  private static final Duration SOON = Duration.ofMinutes(2);

  /** The number of the first user who calls by the socket. */
  private static final int FIRST_USER = 61_000;

  private static final String ROOT = "root";
  private static final String LINE = "%-18s %-6s %5s %6s  %-9s %s";

  private static final List<CommandRow> ROWS = CommandTable.rows();
  private static final Map<Integer, Called> ALONE = new TreeMap<>();
  private static final Map<Integer, Called> SERVED = new TreeMap<>();
  private static final Set<String> SIGNED_IN = new HashSet<>();
  private static Map<String, String> environment = Map.of();

  /**
   * A call of a command.
   *
   * @param who called it
   * @param strangers files that it left to its caller and that aren't the caller's
   */
  private record Called(String who, Ran ran, List<Path> strangers) {
    static Called failed(Throwable reason) {
      return new Called("", new Ran(-1, "", reason.toString()), List.of());
    }

    /** Whether a field of its answer names the caller. */
    boolean names(String field) {
      return AnswerShape.document(ran.out())
          .map(document -> document.findValues(field))
          .orElse(List.of())
          .stream()
          .map(JsonNode::asText)
          .anyMatch(text -> text.contains(who));
    }
  }

  @BeforeAll
  static void callAll() throws Exception {
    assumeTrue(CommandProcess.missing().isEmpty(), () -> CommandProcess.missing().orElse(""));
    scene = LabFixture.up(folder.resolve(".deployclaw"), 3);
    var first = scene.agent().learn("run", LiveEstate.ALL);
    assertThat(first.exit()).as(first.err()).isZero();
    var estate = LiveEstate.of(scene.lab(), scene.config());
    var serving = serving();
    environment = new TreeMap<>(LiveEstate.QUICK);
    environment.put("DEPLOYCLAW_CONFIG", serving.get("DEPLOYCLAW_CONFIG"));
    environment.put("DEPLOYCLAW_GATE_APPROVER_MUST_DIFFER", "false");

    for (int i : rows()) {
      ALONE.put(i, call(ROWS.get(i), 0));
    }
    try (var agent = ServingAgent.start(estate, serving)) {
      for (var open : List.of(folder, scene.config().stateDir())) {
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwx--x--x"));
      }
      for (int i : rows()) {
        SERVED.put(i, call(ROWS.get(i), ROWS.get(i).place() == Place.AGENT ? FIRST_USER + i : 0));
      }
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
        "DEPLOYCLAW_CONFIG",
        config.toString(),
        "DEPLOYCLAW_SERVE_LISTEN",
        listen,
        "DEPLOYCLAW_GATE_APPROVER_MUST_DIFFER",
        "false");
  }

  private static Called call(CommandRow row, int user) throws IOException {
    var working = Files.createTempDirectory(folder, "caller");
    Files.setAttribute(working, "unix:uid", user);
    var caller = new CommandProcess(folder, working, environment, user);
    var there = new CommandScene(scene, caller);
    try {
      var ran = row.call().in(there);
      return new Called(user == 0 ? ROOT : Integer.toString(user), ran, there.strangers());
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
    var alone = called(ALONE, number);
    var served = called(SERVED, number);

    assertThat(List.of(alone.ran().exit(), served.ran().exit()))
        .as("%s\nalone: %s\nserved: %s", row, alone.ran(), served.ran())
        .containsExactly(row.expected().alone(), row.expected().served());
    if (row.expected().alone() == row.expected().served()) {
      var without = row.expected().servedFields();
      assertThat(AnswerShape.of(served.ran().out(), without))
          .as("%s: %s", row, alone.ran().out())
          .isEqualTo(AnswerShape.of(alone.ran().out(), without));
    }
    assertThat(SIGNED_IN.contains(served.who()))
        .as("%s asks the socket: %s", row, served.ran().err())
        .isEqualTo(row.place() == Place.AGENT);
    for (var called : List.of(alone, served)) {
      assertThat(called.strangers()).as("%s", row).isEmpty();
      row.expected()
          .callerField()
          .ifPresent(field -> assertThat(called.names(field)).as("%s", called).isTrue());
    }
  }

  private static Called called(Map<Integer, Called> calls, int number) {
    return calls.getOrDefault(number, Called.failed(new IllegalStateException("not called")));
  }

  /** What the tests saw, for people. */
  @AfterAll
  static void writeTable() throws IOException {
    var lines = new ArrayList<String>();
    lines.add(LINE.formatted("command", "runs in", "alone", "served", "socket", "names"));
    for (int i : rows()) {
      var row = ROWS.get(i);
      var alone = called(ALONE, i);
      var served = called(SERVED, i);
      boolean asked = SIGNED_IN.contains(served.who());
      lines.add(
          LINE.formatted(
              row,
              row.place(),
              alone.ran().exit(),
              served.ran().exit(),
              asked ? "asked" : "not asked",
              row.expected()
                  .callerField()
                  .map(field -> told(alone, field) + ", " + told(served, field))
                  .orElse(asked ? "sign-in: " + served.who() : "")));
    }
    Files.write(Path.of("target", "commands.txt"), lines);
  }

  private static String told(Called called, String field) {
    return field + (called.names(field) ? ": " : ": not ") + called.who();
  }
}
