package dev.deployclaw.core.result;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.TaskOperation;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is asked about the estate is answered, and narrowed to whom the question names. */
class QueryReportTest {
  private final FakeEstate world = new FakeEstate();

  @BeforeEach
  void committed() throws Exception {
    world.run("apply");
  }

  @Test
  void listsTheLimitsOfWhomItNames() throws Exception {
    var report = report(TaskOperation.SCAN, List.of("acme"));

    assertThat(report.limits()).containsExactly("acme/orders: token-bucket, 600 in 1m");
    assertThat(report.facts()).containsEntry("limits", report.limits());
  }

  @Test
  void saysOfWhomNothingIsCommitted() throws Exception {
    assertThat(report(TaskOperation.SCAN, List.of("nobody")).limits())
        .containsExactly("nobody: no policy is committed");
  }

  @Test
  void listsNoLimitsWhereItNamesNobody() throws Exception {
    assertThat(report(TaskOperation.SCAN, List.of()).limits()).isEmpty();
  }

  @Test
  void anotherTenantsInvalidDocumentIsNoConcern() throws Exception {
    world.sources.put("zenith.yaml", "kind: RateLimitPolicy\nmetadata:\n  tenant: zenith\n");

    assertThat(report(TaskOperation.VALIDATE, List.of()).seen().exit()).isEqualTo(ExitCode.INVALID);
    assertThat(report(TaskOperation.VALIDATE, List.of("zenith")).seen().problems()).isNotEmpty();
    var acme = report(TaskOperation.VALIDATE, List.of("acme")).seen();
    assertThat(acme.exit()).as(acme.reason()).isEqualTo(ExitCode.OK);
    assertThat(acme.problems()).isEmpty();
  }

  @Test
  void runLeavesWhatItFoundInTheLogAndInItsAnswer() throws Exception {
    var ended = world.run("scan");

    assertThat(ended.found()).isPresent();
    assertThat(ended.found().orElseThrow().operation()).isEqualTo(TaskOperation.SCAN);
  }

  private QueryReport report(TaskOperation operation, List<String> tenants) throws Exception {
    var who = new RequestedChange.Who(tenants, new TreeMap<>(), false, List.of());
    var change =
        new RequestedChange(
            who,
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            RequestedChange.Settings.NONE,
            Optional.empty(),
            Optional.empty());
    var intent =
        new Intent(
            operation,
            Optional.empty(),
            tenants.isEmpty() ? List.of() : List.of(change),
            Intent.Guards.NONE,
            Intent.Schedule.NONE,
            List.of());
    var seen =
        operation == TaskOperation.SCAN ? world.queries().scan() : world.queries().validate();
    return QueryReport.of(operation, intent, seen);
  }
}
