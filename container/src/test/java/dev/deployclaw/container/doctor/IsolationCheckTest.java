package dev.deployclaw.container.doctor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.doctor.Diagnosis.Level;
import dev.deployclaw.core.call.ExecutorIsolation;
import dev.deployclaw.core.call.ExecutorIsolation.Violation;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class IsolationCheckTest {
  @Test
  void oneProcessIsAWarningWithTheWayToAWall() {
    var found = IsolationCheck.examine(Optional.of(ExecutorIsolation.NONE));

    assertThat(found).hasSize(1);
    assertThat(found.getFirst().level()).isEqualTo(Level.WARNING);
    assertThat(found.getFirst().remedy()).contains("deployclaw serve");
    assertThat(IsolationCheck.examine(Optional.empty())).isEqualTo(found);
  }

  @Test
  void eachLayerIsNamedAndAMissingOneWithItsRemedy() {
    var wall =
        new ExecutorIsolation(
            true, List.of("user", "files"), Map.of("tcp", "may connect"), Map.of());

    var found = IsolationCheck.examine(Optional.of(wall));

    assertThat(found).extracting(Diagnosis::level).containsExactly(Level.OK, Level.WARNING);
    assertThat(found.getFirst().found()).contains("user, files");
    assertThat(found.getLast().found()).contains("tcp", "may connect");
    assertThat(found.getLast().remedy()).contains("Landlock").contains("container.md");
  }

  @Test
  void aPluginsGapIsNamedWithThePluginAndTheLayersRemedy() {
    var missing = Map.of("edge-fleet/capabilities", "dac_override on 9 threads");
    var wall = new ExecutorIsolation(true, List.of("user"), missing, Map.of());

    var found = IsolationCheck.examine(Optional.of(wall)).getLast();

    assertThat(found.found())
        .isEqualTo("plugin edge-fleet lacks the layer capabilities: dac_override on 9 threads");
    assertThat(found.remedy()).contains("CAP_SETPCAP", "container.md");
  }

  @Test
  void aHostThatMasksNothingIsNamedWithTheWayOut() {
    var wall =
        new ExecutorIsolation(
            true, List.of("user"), Map.of("masking", "its build is old"), Map.of());

    var found = IsolationCheck.examine(Optional.of(wall)).getLast();

    assertThat(found.level()).isEqualTo(Level.WARNING);
    assertThat(found.remedy()).contains("start the host of this build");
  }

  @Test
  void aForbiddenCallIsAnErrorWithHostAndTime() {
    var at = Instant.parse("2026-11-30T06:00:00Z");
    var call = Map.of("host", new Violation(at, "made a system call"));
    var wall = new ExecutorIsolation(true, List.of("user"), Map.of(), call);

    var found = IsolationCheck.examine(Optional.of(wall)).getLast();

    assertThat(found.level()).isEqualTo(Level.ERROR);
    assertThat(found.found()).contains("host made a system call", "2026-11-30T06:00:00Z");
    assertThat(found.remedy()).contains("1326", "stolen");
  }

  @Test
  void untoldRefusalsAreALayerWithTheWayToThem() {
    var wall =
        new ExecutorIsolation(true, List.of("user"), Map.of("refusals", "audit is off"), Map.of());

    var found = IsolationCheck.examine(Optional.of(wall));

    assertThat(found).hasSize(2).last().extracting(Diagnosis::level).isEqualTo(Level.WARNING);
    assertThat(found.getLast().found()).contains("layer refusals: audit is off");
    assertThat(found.getLast().remedy()).contains("audit=1", "CAP_AUDIT_READ", "/dev/kmsg");
  }

  @Test
  void untoldCallsAloneHaveAWayOfTheirOwn() {
    var why = "the agent doesn't see refused system calls: seccomp/actions_logged lacks errno";
    var wall = new ExecutorIsolation(true, List.of(), Map.of("refusals", why), Map.of());

    var found = IsolationCheck.examine(Optional.of(wall)).getLast();

    assertThat(found.remedy()).contains("kernel.seccomp.actions_logged").doesNotContain("audit=1");
  }

  @Test
  void withoutAuditRulesTheirFileIsNamed() {
    var why = "the agent doesn't see refusals by file permissions: no audit rule names its user";
    var wall = new ExecutorIsolation(true, List.of(), Map.of("refusals", why), Map.of());

    var found = IsolationCheck.examine(Optional.of(wall)).getLast();

    assertThat(found.remedy())
        .contains("20-deployclaw.rules", "this user's number", "restart", "serve.md")
        .doesNotContain("audit=1");
  }

  @Test
  void aHostThatIsAwayIsUnreachable() {
    var wall =
        new ExecutorIsolation(
            true, List.of(), Map.of("host", "it ended with exit code 3"), Map.of());

    var found = IsolationCheck.examine(Optional.of(wall));

    assertThat(found).extracting(Diagnosis::level).containsExactly(Level.UNREACHABLE);
    assertThat(found.getFirst().found()).contains("exit code 3");
  }
}
