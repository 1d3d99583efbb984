package dev.deployclaw.container.cli.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.cli.AnswerFixtures;
import dev.deployclaw.container.query.PlanDocument;
import dev.deployclaw.core.planning.PlanPreviewReport;
import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A plan is signed and printed in the same bytes as ever. */
class PlanBytesTest {
  @Test
  void writesTheSameBytesAsEver() throws Exception {
    var planned =
        new PlanPreviewReport.Planned(
            AnswerFixtures.plan(), List.of(), List.of("it doubles"), AnswerFixtures.PROCEDURE);

    try (var recorded = PlanBytesTest.class.getResourceAsStream("plan.json")) {
      assertThat(CanonicalJson.text(PlanDocument.of(planned)) + "\n")
          .isEqualTo(new String(recorded.readAllBytes(), StandardCharsets.UTF_8));
    }
  }
}
