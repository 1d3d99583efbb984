package dev.deployclaw.core.plan;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.Fault;
import dev.deployclaw.core.spi.Outcome;
import dev.deployclaw.core.spi.Report;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Documents are found by the names that people know them by. */
class SourceReportsTest {
  @Test
  void namesTheFirstDocumentOfEachNameThatWasRead() {
    var file = Map.<String, Object>of("folder", "p", "file", "a.yaml", "changed_by", "ann");
    var outcome =
        Outcome.done(
            List.of(
                Report.unknown("q/b.yaml", "no permission"),
                Report.no("q/c.yaml", "no text"),
                Report.yes("source/a", "1", file),
                Report.yes("source/a-again", "2", file),
                Report.yes("configmap/edge/limits:b", "3", Map.of())));

    var documents = SourceReports.documents(outcome);

    assertThat(documents).containsOnlyKeys("p/a.yaml", "configmap/edge/limits:b");
    assertThat(documents.values()).extracting(Report::digest).containsExactly("3", "1");
    assertThat(SourceReports.editor(documents, "p/a.yaml")).contains("ann");
    assertThat(SourceReports.editor(documents, "configmap/edge/limits:b")).isEmpty();
    assertThat(SourceReports.editor(documents, "p/other.yaml")).isEmpty();
  }

  @Test
  void aLookThatFailedHasNone() {
    assertThat(SourceReports.documents(Outcome.failed(new Fault.Invalid("no")))).isEmpty();
  }
}
