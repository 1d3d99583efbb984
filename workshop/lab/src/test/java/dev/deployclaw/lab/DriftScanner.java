package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.container.cli.CommandLineRunner;
import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.OutputMode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * The agent's looks at a scene, in this process, since one of its own takes longer than a look.
 *
 * @param converge how long a repair waits for everybody
 */
record DriftScanner(LabFixture scene, String converge) {
  private static final int DRIFT = 8;
  private static final String SECOND = "set initech's checkout limit to 60 per minute, burst 10";

  /**
   * One finding.
   *
   * @param detail words of its evidence, or all of it
   * @param remedy words of it
   */
  record Found(String kind, String severity, String member, String detail, String remedy) {
    static Found of(JsonNode one) {
      return new Found(
          one.path("kind").asText(),
          one.path("severity").asText(),
          one.path("member").asText(),
          one.path("detail").asText(),
          one.path("remedy").asText());
    }

    /** An error that a repair mends. */
    static Found wrong(String kind, String member, String detail) {
      return new Found(kind, "error", member, detail, "deployclaw drift --repair");
    }

    /** Something that a repair takes away, and by which nobody decides. */
    static Found surplus(String member, String detail) {
      return new Found("extra", "warning", member, detail, "deployclaw drift --repair");
    }

    /** Something that a repair leaves. */
    static Found left(String member, String detail) {
      return new Found("extra", "warning", member, detail, "remove it by hand");
    }

    /** Something before which a repair stops. */
    static Found ahead(String member, String detail) {
      return new Found("ahead", "error", member, detail, "a repair won't touch it");
    }

    static Found denied(String member, String detail) {
      return new Found("access-denied", "warning", member, detail, "give this agent the right");
    }

    static Found unreachable(String member) {
      return new Found("unreachable", "warning", member, "", "bring it back");
    }

    Found at(String other) {
      return new Found(kind, severity, other, detail, remedy);
    }

    private boolean says(Found wanted) {
      return kind.equals(wanted.kind)
          && severity.equals(wanted.severity)
          && member.equals(wanted.member)
          && detail.contains(wanted.detail)
          && remedy.contains(wanted.remedy);
    }
  }

  /** Commits two changes, after which a look finds nothing; gives the epoch of the second. */
  long committed() {
    var patient = new DriftScanner(scene, "60s");
    for (String request : List.of(DemoCommand.REQUEST, SECOND)) {
      var ran = patient.run("run", request);
      assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
    }
    clean();
    return scene.active().path("epoch").asLong();
  }

  /** Runs a command, and gives its document. */
  LabAgent.Ran run(String... words) {
    var command = new ArrayList<>(Arrays.asList(words));
    command.add("--json");
    var environment = new TreeMap<>(System.getenv());
    environment.put("DEPLOYCLAW_CONFIG", scene.lab().config().toString());
    environment.put("DEPLOYCLAW_PROBES_REQUESTS", "120");
    environment.put("DEPLOYCLAW_BOUNDS_CONVERGE", converge);
    var here = Path.of("").toAbsolutePath();
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int exit;
    try (var o = new PrintStream(out, true, StandardCharsets.UTF_8);
        var e = new PrintStream(err, true, StandardCharsets.UTF_8)) {
      var around = new CommandEnvironment(here, here, environment, o, e, OutputMode.PLAIN);
      exit = CommandLineRunner.run(around, command.toArray(String[]::new));
    }
    return new LabAgent.Ran(
        exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
  }

  /** Fails unless a look finds nothing. */
  void clean() {
    var ran = run("drift");
    assertThat(ran.json().path("drift")).as(ran.out()).isEmpty();
    assertThat(ran.exit()).as(ran.err()).isZero();
  }

  /** Fails unless a look finds these and nothing else. */
  void finds(Found... wanted) {
    assertThat(findsAmong(wanted)).hasSize(wanted.length);
  }

  /** Fails unless a look finds these; gives all that it finds. */
  List<Found> findsAmong(Found... wanted) {
    var ran = run("drift");
    var found = new ArrayList<Found>();
    ran.json().path("drift").forEach(one -> found.add(Found.of(one)));
    for (var one : wanted) {
      assertThat(found).as(one.toString()).anyMatch(f -> f.says(one));
    }
    assertThat(ran.exit()).as(ran.err()).isEqualTo(DRIFT);
    return found;
  }

  /** Fails unless a repair mends everything, and a look finds nothing afterwards. */
  void repairs() {
    var ran = run("drift", "--repair");
    assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
    assertThat(ran.json().path("result").asText()).isEqualTo("COMPLETED");
    clean();
  }

  /** Fails unless a repair says that nothing is to be repaired. */
  void leaves() {
    var ran = run("drift", "--repair");
    assertThat(ran.exit()).as(ran.out() + ran.err()).isZero();
    assertThat(ran.json().path("result").asText()).isEqualTo("NO_CHANGE");
  }

  /** Fails unless a repair names the member, and why it isn't repaired. */
  void cannotRepair(String member, String why) {
    var ran = run("drift", "--repair");
    assertThat(ran.exit()).as(ran.out() + ran.err()).isEqualTo(7);
    assertThat(ran.err()).contains(member, why);
  }
}
