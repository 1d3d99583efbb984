package dev.deployclaw.core.overlay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Documents are found by the names that people know them by. */
class SourceReportsTest {
  @Test
  void namesTheFirstDocumentOfEachNameThatWasRead() {
    var file = Map.<String, Object>of("folder", "p", "file", "a.yaml", "changed_by", "ann");
    var outcome =
        CallOutcome.done(
            List.of(
                MemberReport.unknown("q/b.yaml", "no permission"),
                MemberReport.no("q/c.yaml", "no text"),
                MemberReport.yes("source/a", "1", file),
                MemberReport.yes("source/a-again", "2", file),
                MemberReport.yes("configmap/edge/limits:b", "3", Map.of())));

    var documents = SourceReports.documents(outcome);

    assertThat(documents).containsOnlyKeys("p/a.yaml", "configmap/edge/limits:b");
    assertThat(documents.values()).extracting(MemberReport::digest).containsExactly("3", "1");
    assertThat(SourceReports.editor(documents, "p/a.yaml")).contains("ann");
    assertThat(SourceReports.editor(documents, "configmap/edge/limits:b")).isEmpty();
    assertThat(SourceReports.editor(documents, "p/other.yaml")).isEmpty();
  }

  @Test
  void aLookThatFailedHasNone() {
    assertThat(SourceReports.documents(CallOutcome.failed(new CallFault.Invalid("no")))).isEmpty();
  }
}
