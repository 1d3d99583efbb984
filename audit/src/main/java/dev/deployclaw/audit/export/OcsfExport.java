package dev.deployclaw.audit.export;

import com.fasterxml.jackson.databind.ObjectWriter;
import dev.deployclaw.policy.diff.FieldDifference;
import dev.deployclaw.policy.json.RecordJson;
import java.io.IOException;
import java.io.Writer;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;

/** OCSF events, one a line, each in the period of its own record. For one thread. */
final class OcsfExport implements ExportFormat {
  private static final ObjectWriter JSON = RecordJson.MAPPER.writer();

  private final Writer out;
  private final ExportPeriod period;
  private final ProducedBy producer;
  private boolean some;

  /**
   * What makes the export.
   *
   * @param version of the product
   * @param now when
   */
  record ProducedBy(String version, Instant now) {}

  OcsfExport(Writer out, ExportPeriod period, ProducedBy producer) {
    this.out = out;
    this.period = period;
    this.producer = producer;
  }

  @Override
  public boolean add(ExecutionSummary execution) throws IOException {
    some = false;
    var events = new OcsfMapper(execution, producer.version());
    if (execution.log().hasFailed()) {
      write(events.failedVerification(producer.now()));
    }
    var back = new HashSet<String>();
    for (var entry : execution.log().records()) {
      if (entry.fact("kind").equals("compensation")) {
        back.add(entry.fact("change"));
      }
      if (period.contains(entry.time())) {
        add(execution, entry, back);
      }
    }
    return some || execution.log().records().isEmpty();
  }

  /**
   * @param back changes that put back what this execution did
   */
  private void add(ExecutionSummary execution, LoggedRecord entry, Set<String> back)
      throws IOException {
    var events = new OcsfMapper(execution, producer.version());
    if (entry.isEnd()) {
      write(events.end(entry));
      return;
    }
    var decision = entry.decision();
    if (decision.isPresent()) {
      write(events.decision(entry, decision.get()));
    }
    if (entry.reaches("committed")) {
      commit(events, execution.differences(), entry, back.contains(entry.fact("change")));
    }
  }

  private void commit(
      OcsfMapper events, PlannedDifferences differences, LoggedRecord commit, boolean back)
      throws IOException {
    int number = 0;
    for (var difference : differences.listed()) {
      write(events.difference(commit, back ? reversed(difference) : difference, ++number));
    }
    if (differences.unlisted() > 0 || differences.isEmpty()) {
      write(events.policySet(commit, ++number));
    }
  }

  private static FieldDifference reversed(FieldDifference difference) {
    return new FieldDifference(
        difference.tenant(),
        difference.limit(),
        difference.field(),
        difference.after(),
        difference.before());
  }

  private void write(OcsfEvent event) throws IOException {
    out.write(JSON.writeValueAsString(event));
    out.write('\n');
    some = true;
  }
}
