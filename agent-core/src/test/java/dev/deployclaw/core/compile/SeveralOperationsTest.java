package dev.deployclaw.core.compile;

import static dev.deployclaw.core.compile.CompilerFixtures.NO_SOURCES;
import static dev.deployclaw.core.compile.CompilerFixtures.change;
import static dev.deployclaw.core.compile.CompilerFixtures.compile;
import static dev.deployclaw.core.compile.CompilerFixtures.limit;
import static dev.deployclaw.core.compile.CompilerFixtures.settings;
import static dev.deployclaw.core.compile.CompilerFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import dev.deployclaw.core.task.RequestedChange.Settings;
import dev.deployclaw.core.task.TaskOperation;
import dev.deployclaw.policy.PolicySet;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Changes of one intent that do different things, done as one or not at all. */
class SeveralOperationsTest {
  private final PolicySet committed =
      PolicySet.of(
          List.of(
              tenant("acme", limit("search", "search", 50, 1)),
              tenant("globex", limit("search", "search", 20, 1))),
          List.of(),
          "");

  @Test
  void doesEachToItsTenants() {
    var compiled =
        compile(
            committed,
            NO_SOURCES,
            TaskOperation.BLOCK,
            change("acme", Optional.empty(), Settings.NONE),
            set("globex", 30),
            scaled("acme", "0.5"));

    var target = ((CompilationResult.Ready) compiled).target();
    var acme = target.tenant("acme").orElseThrow();
    assertThat(acme.blocked()).isTrue();
    assertThat(acme.limits().getFirst().requests()).isEqualTo(25);
    assertThat(target.tenant("globex").orElseThrow().blocked()).isFalse();
    assertThat(target.tenant("globex").orElseThrow().limits().getFirst().requests()).isEqualTo(30);
  }

  @Test
  void doesNothingWhereOneOfThemCantBe() {
    var partly =
        compile(
            committed,
            NO_SOURCES,
            TaskOperation.SET_LIMIT,
            set("globex", 30),
            change("acme", "search", Settings.NONE).by(Optional.of(TaskOperation.BLOCK)));

    assertThat(partly).isInstanceOf(CompilationResult.Refused.class);
  }

  @Test
  void refusesWhatIsNoEditOfTenantsBesideOthers() {
    var mixed =
        compile(
            committed,
            NO_SOURCES,
            TaskOperation.BLOCK,
            change("acme", Optional.empty(), Settings.NONE),
            change("globex", Optional.empty(), Settings.NONE)
                .by(Optional.of(TaskOperation.ROLLBACK)));

    assertThat(mixed)
        .isEqualTo(
            new CompilationResult.Refused("block and rollback isn't supported by this version"));
  }

  /** However it is written, it is one form: the first operation is the intent's. */
  @Test
  void hasOneForm() {
    var block = change("acme", Optional.empty(), Settings.NONE);
    var other =
        intent(
            TaskOperation.SET_LIMIT, block.by(Optional.of(TaskOperation.BLOCK)), set("globex", 30));
    var plain = intent(TaskOperation.BLOCK, block, set("globex", 30));

    assertThat(other).isEqualTo(plain);
    assertThat(plain.operationWords()).isEqualTo("block and set-limit");
    assertThat(intent(TaskOperation.BLOCK, block.by(Optional.of(TaskOperation.BLOCK))))
        .isEqualTo(intent(TaskOperation.BLOCK, block));
  }

  private static RequestedChange set(String tenant, long requests) {
    return change(tenant, "search", settings(requests, 1)).by(Optional.of(TaskOperation.SET_LIMIT));
  }

  private static RequestedChange scaled(String tenant, String factor) {
    var place = change(tenant, "search", Settings.NONE);
    return new RequestedChange(
            place.who(),
            place.service(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Settings.NONE,
            Optional.of(new BigDecimal(factor)),
            Optional.empty())
        .by(Optional.of(TaskOperation.SCALE_LIMIT));
  }

  private static Intent intent(TaskOperation operation, RequestedChange... changes) {
    return new Intent(
        operation,
        Optional.empty(),
        List.of(changes),
        Intent.Guards.NONE,
        Intent.Schedule.NONE,
        List.of());
  }
}
