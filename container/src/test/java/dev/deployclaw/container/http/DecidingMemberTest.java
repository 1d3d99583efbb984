package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.VIC;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.audit.view.LogTextRenderer;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.core.spi.MemberReport;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The member by which a change failed is in all that a person reads of it. */
class DecidingMemberTest {
  private static final String DECIDING = "gateway/gw-14";
  private static final String NAMED = DECIDING + ": ProgressDeadlineExceeded";

  @TempDir Path folder;

  @AutoClose private Served served;

  @BeforeEach
  void start() throws Exception {
    served = Served.start(folder, ServerFixture.bounds(2, Duration.ofSeconds(30)));
    for (int i = 1; i <= 15; i++) {
      served.world.gateway.join("gw-%02d".formatted(i));
    }
  }

  @Test
  void isInTheAnswerTheDocumentItsRecordsAndTheLastLinesOfTheTerminal() throws Exception {
    served.awaitResult(served.submit("apply"), "COMPLETED");
    served.world.gateway.answers("converge", this::stuckUntilTheWayBack);

    String id = served.submit("set acme 700");

    served.awaitResult(id, "ROLLED_BACK");
    var answer = served.get("/v1/executions/" + id, VIC);
    assertThat(answer.text("reason")).startsWith("doesn't enforce it: " + NAMED);
    assertThat(answer.json().path("thought_log").toString()).contains("; " + NAMED);
    var document =
        new ExecutionDocument(
            StrictJson.parseObject(answer.body().getBytes(StandardCharsets.UTF_8)));
    var lines = LogTextRenderer.of(document).lines().toList();
    assertThat(lines.subList(lines.size() - 8, lines.size()))
        .as(String.join("\n", lines))
        .anyMatch(line -> line.contains(NAMED));
  }

  private MemberReport stuckUntilTheWayBack(String member) {
    served.world.gateway.before("observe", served.world.gateway::heal);
    return member.equals(DECIDING)
        ? MemberReport.stuck(member, "ProgressDeadlineExceeded")
        : MemberReport.no(member, "1 of 3 pods are updated");
  }
}
