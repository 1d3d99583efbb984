package dev.deployclaw.container.cli.look;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.AnswerFixtures;
import dev.deployclaw.container.cli.CommandLineFixture;
import dev.deployclaw.core.drift.Discrepancy;
import dev.deployclaw.core.overlay.SourceDrift;
import dev.deployclaw.core.result.ExitCode;
import dev.deployclaw.core.result.ScanReport;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.policy.document.DocumentProblem;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ScanViewTest {
  private static final ScanReport AMISS =
      new ScanReport(
          ExitCode.INVALID,
          "1 difference between wanted and enforced: redis/b:2 missing: acme/search",
          7,
          Map.of(
              "redis.scan",
              CallOutcome.done(
                  List.of(
                      MemberReport.yes("redis/a:1", "ab", Map.of("epoch", 7L)),
                      MemberReport.no("redis/b:2", "holds another digest"))),
              "gateway.scan",
              CallOutcome.done(
                  List.of(MemberReport.skipped("gateway", "no file gateway is configured"))),
              "docker.inspect",
              CallOutcome.failed(new CallFault.Unavailable("not there"))),
          List.of(new Discrepancy(Discrepancy.Kind.MISSING, "redis/b:2", "acme/search")),
          List.of(new DocumentProblem("acme.yaml", "spec", 3, 1, "is wrong", "mend it")),
          List.of(AnswerFixtures.FINDING),
          Optional.empty(),
          new SourceDrift(
              List.of(AnswerFixtures.OVERLAY),
              List.of("zenith: zenith.yaml says something else"),
              List.of()),
          ScanReport.Known.NOTHING);

  private final CommandLineFixture screen = new CommandLineFixture(Path.of(""));
  private final ScanView view = new ScanView(screen.surroundings());

  @Test
  void documentsWhatWasSeen() {
    int exit = view.show(AMISS, true);

    var scan = screen.json();
    assertThat(exit).isEqualTo(8);
    assertThat(scan.get("epoch").asLong()).isEqualTo(7);
    assertThat(scan.get("reason").asText()).startsWith("1 difference between");
    assertThat(scan.at("/looks/redis.scan/reports/0/facts/epoch").asLong()).isEqualTo(7);
    assertThat(scan.at("/looks/redis.scan/reports/1/answer").asText()).isEqualTo("no");
    assertThat(scan.at("/looks/redis.scan/reports/1/reason").asText()).contains("another digest");
    assertThat(scan.at("/looks/docker.inspect/fault").asText()).isEqualTo("unavailable");
    assertThat(scan.at("/drift/0/kind").asText()).isEqualTo("missing");
    assertThat(scan.at("/problems/0").asText())
        .isEqualTo("acme.yaml:3:1: spec: is wrong (mend it)");
    assertThat(scan.at("/overlays/0/author").asText()).isEqualTo("olivia");
    assertThat(scan.at("/overlays/0/tenants/0").asText()).isEqualTo("acme");
    assertThat(scan.at("/unapplied/0").asText()).contains("zenith.yaml");
    assertThat(scan.at("/findings/0/check").asText()).isEqualTo("shadowed");
  }

  @Test
  void tellsPeopleWhatIsAmissAndWhatToDo() {
    view.show(AMISS, false);

    assertThat(screen.out())
        .contains("committed epoch: 7")
        .containsPattern("redis.scan +1 of 2 answered")
        .containsPattern("gateway.scan +skipped: no file gateway is configured")
        .containsPattern("docker.inspect +failed: not there")
        .contains("acme.yaml:3:1", "mend it")
        .contains("umbrella/search: it never refuses anything; remove it")
        .contains("redis/b:2 missing: acme/search")
        .contains("overlay  acme: \"double acme's search limit\", asked by olivia at ")
        .contains("source   zenith: zenith.yaml says something else")
        .endsWith("1 difference between wanted and enforced: redis/b:2 missing: acme/search\n");
  }

  @Test
  void saysOnlyWhyWhereNothingCouldBeRead() {
    var lost =
        new ScanReport(
            ExitCode.UNREACHABLE,
            "the state store can't be reached",
            0,
            Map.of(),
            List.of(),
            List.of(),
            List.of(),
            Optional.empty(),
            SourceDrift.NOTHING,
            ScanReport.Known.NOTHING);

    int exit = view.show(lost, false);

    assertThat(exit).isEqualTo(10);
    assertThat(screen.out()).isEmpty();
    assertThat(screen.err()).contains("the state store can't be reached");
  }
}
