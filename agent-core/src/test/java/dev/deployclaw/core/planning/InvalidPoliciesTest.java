package dev.deployclaw.core.planning;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.result.ExecutionStatus;
import dev.deployclaw.core.result.ExitCode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who is named hears of the own error, and nothing changes; who isn't named is left out. */
class InvalidPoliciesTest {
  private static final String NOT_YAML = "spec: [\n";

  private final FakeEstate world = new FakeEstate();

  @ParameterizedTest
  @ValueSource(strings = {"set acme 700", "only acme"})
  void aNamedTenantWhoseDocumentIsNotYamlIsRefused(String request) throws Exception {
    world.run("apply");
    world.sources.put("acme.yaml", NOT_YAML);

    var ended = world.run(request);

    assertThat(ended.exit()).isEqualTo(ExitCode.INVALID);
    assertThat(ended.result()).isEqualTo(ExecutionStatus.REFUSED);
    assertThat(ended.reason())
        .startsWith("the policy of acme is invalid: policies/acme.yaml:2:1: not YAML")
        .endsWith("(correct the syntax here)");
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
  }

  @Test
  void aNamedTenantWhoseDocumentIsCalledOtherwiseIsRefused() throws Exception {
    world.sources.remove("acme.yaml");
    world.sources.put("limits-of-shop.yaml", FakeSourcesExecutor.document("acme", 600));
    world.run("apply");
    world.sources.put("limits-of-shop.yaml", NOT_YAML);

    var ended = world.run("set acme 700");

    assertThat(ended.exit()).isEqualTo(ExitCode.INVALID);
    assertThat(ended.reason()).contains("policies/limits-of-shop.yaml:2:1: ", "may define acme");
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
  }

  @Test
  void aNamedTenantThatNeverHadAPolicyIsRefusedByWhatItsTextSays() throws Exception {
    world.run("apply");
    world.sources.put("new.yaml", FakeSourcesExecutor.document("stark", 10) + "  - [\n");

    var ended = world.run("set stark 700");

    assertThat(ended.exit()).isEqualTo(ExitCode.INVALID);
    assertThat(ended.reason()).startsWith("the policy of stark is invalid: policies/new.yaml:");
  }

  @Test
  void theOthersGoOnAndItsOwnerKeepsWhatIsCommitted() throws Exception {
    world.run("apply");
    world.sources.put("acme.yaml", NOT_YAML);

    world.sources.put("zenith.yaml", FakeSourcesExecutor.document("zenith", 80));
    var all = world.run("apply");
    var named = world.run("set zenith 70");

    assertThat(named.result()).as(named.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(all.result()).as(all.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.log(all.execution()))
        .contains("tenant acme keeps its committed policy: policies/acme.yaml:2:1: not YAML");
    world.assertAtRest();
  }

  @Test
  void theFirstErrorIsTheNamedTenantsOwn() throws Exception {
    world.run("apply");
    world.sources.put("acme.yaml", dear("acme"));
    world.sources.put("zenith.yaml", dear("zenith"));

    var ended = world.run("only zenith");

    assertThat(ended.exit()).isEqualTo(ExitCode.INVALID);
    assertThat(ended.reason())
        .startsWith(
            "the policy of zenith is invalid: policies/zenith.yaml:7: limit orders: a request"
                + " costs 1000, but ")
        .endsWith(" never holds more than 60 (raise burst to 1000 or more)");
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
  }

  @Test
  void anErrorThatIsNotInTheDocumentIsNotLookedForThere() throws Exception {
    world.sources.put("zenith.yaml", dear("zenith"));

    var ended = world.run("set zenith 700");

    assertThat(ended.exit()).isEqualTo(ExitCode.INVALID);
    assertThat(ended.reason())
        .contains("invalid: as the request changes it: limit orders: a request costs 1000");
  }

  @Test
  void anErrorOfATenantThatIsNotNamedIsAWarningThatLeavesItOut() throws Exception {
    world.run("apply");
    world.sources.put("acme.yaml", dear("acme"));
    world.sources.put("zenith.yaml", FakeSourcesExecutor.document("zenith", 90));

    var ended = world.run("apply");

    assertThat(ended.result()).as(ended.reason()).isEqualTo(ExecutionStatus.COMPLETED);
    assertThat(world.log(ended.execution()))
        .contains(
            "tenant acme keeps its committed policy: policies/acme.yaml:7: limit orders: a request")
        .contains("\"status\":\"WARNING\"");
  }

  @Test
  void whereNoPolicyIsValidTheFirstProblemIsSaid() throws Exception {
    world.sources.remove("zenith.yaml");
    world.sources.put("acme.yaml", NOT_YAML);

    var malformed = world.run("apply");
    world.sources.put("acme.yaml", dear("acme"));
    var neverAdmitted = world.run("apply");

    assertThat(malformed.exit()).isEqualTo(ExitCode.INVALID);
    assertThat(malformed.reason()).contains("policies/acme.yaml:2:1: not YAML");
    assertThat(neverAdmitted.exit()).isEqualTo(ExitCode.INVALID);
    assertThat(neverAdmitted.reason()).contains("tenant acme is left out: policies/acme.yaml:7: ");
  }

  @Test
  void whatCantBeReadIsNotAppliedInSilence() throws Exception {
    world.run("apply");
    world.sources.remove("acme.yaml");

    var gone = world.run("only acme");
    world.sources.unreadable("acme.yaml");
    var unread = world.run("only acme");

    assertThat(gone.exit()).isEqualTo(ExitCode.REFUSED);
    assertThat(gone.reason()).contains("no source defines acme");
    assertThat(unread.exit()).isEqualTo(ExitCode.UNREACHABLE);
    assertThat(unread.reason()).contains("acme can't be read", "source/shop/acme.yaml");
    assertThat(world.active().orElseThrow().epoch()).isEqualTo(1);
  }

  @Test
  void planningSaysTheSame() throws Exception {
    world.run("apply");
    world.sources.put("acme.yaml", NOT_YAML);

    var answer = world.agent().plan(world.request("set acme 700"));

    assertThat(answer)
        .isInstanceOfSatisfying(
            PlanPreviewReport.Refused.class,
            refused -> {
              assertThat(refused.exit()).isEqualTo(ExitCode.INVALID);
              assertThat(refused.reason()).contains("policies/acme.yaml:2:1: not YAML");
            });
  }

  /** A limit that can never admit a request. */
  private static String dear(String tenant) {
    return FakeSourcesExecutor.document(tenant, 60) + "      cost: 1000\n";
  }
}
