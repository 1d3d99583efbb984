package dev.deployclaw.lab;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.LabAgent.Ran;
import dev.deployclaw.testkit.Slow;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A change that waits for a person, over several processes. */
@Slow(
    guard = "dev.deployclaw.core.service.HeldChangeTest",
    because = "it waits for approvals on a real estate")
class HoldTest extends SharedLabCases {
  private static final Map<String, String> HOLD = Map.of("DEPLOYCLAW_GATE_DEFAULT", "hold");

  @AfterEach
  void allIsWhole() {
    estate.checker().assertWhole();
  }

  @Test
  void anotherProcessCarriesItOutAfterTheApproval() {
    String before = estate.checker().digest();

    var held = estate.run("run", "--json", estate.change() + " but wait for my approval");

    assertThat(held.exit()).as(held.err()).isEqualTo(5);
    assertThat(held.json().path("result").asText()).isEqualTo("HELD");
    assertThat(estate.etcd().text("open")).isEmpty();
    assertThat(estate.checker().digest()).isEqualTo(before);
    estate.checker().assertWhole();
    var drift = estate.run("drift");
    assertThat(drift.exit()).as("what is held is no drift: %s", drift.out()).isZero();

    var status = estate.run("status", "--json").json();
    String id = id(held);
    assertThat(status.path("held").findValuesAsText("id")).containsExactly(id);

    var approved = estate.run("approve", id, "--json");

    assertThat(approved.exit()).as(approved.err()).isZero();
    assertThat(approved.json().path("result").asText()).isEqualTo("COMPLETED");
    assertThat(approved.json().path("execution_id").asText()).isEqualTo(id);
    assertThat(estate.checker().digest()).isNotEqualTo(before);

    var again = estate.run("approve", id, "--json");

    assertThat(again.exit()).isEqualTo(4);
    assertThat(again.json().path("reason").asText()).contains("isn't held");
  }

  @Test
  void theGatesDefaultHoldsAndARejectionRemovesWhatWasStaged() {
    String before = estate.checker().digest();

    var held = estate.agent(HOLD).run("run", "--json", estate.change());

    assertThat(held.exit()).as(held.err()).isEqualTo(5);
    long epoch = held.json().path("epoch").asLong();
    var live = estate.config().gateways().getFirst().folder();
    assertThat(estate.etcd().under("policy/" + epoch + "/")).isNotEmpty();
    assertThat(live.resolve("epochs/" + epoch + "/nginx.conf")).exists();

    var rejected = estate.run("reject", id(held), "--json");

    assertThat(rejected.exit()).as(rejected.err()).isZero();
    assertThat(rejected.json().path("result").asText()).isEqualTo("ABORTED");
    assertThat(estate.etcd().under("policy/" + epoch + "/")).isEmpty();
    assertThat(live.resolve("epochs/" + epoch)).doesNotExist();
    assertThat(estate.checker().digest()).isEqualTo(before);
    assertThat(estate.run("reject", id(held)).exit()).isEqualTo(4);
  }

  @Test
  void anApprovalAfterAnotherChangeIsStale() {
    var held = estate.agent(HOLD).run("run", "--json", estate.change());
    var other = estate.run("run", "set acme's checkout limit to 660 per minute");
    String after = estate.checker().digest();

    var approved = estate.run("approve", id(held), "--json");

    assertThat(other.exit()).as(other.err()).isZero();
    assertThat(approved.exit()).as(approved.err()).isEqualTo(11);
    assertThat(approved.json().path("result").asText()).isEqualTo("ABORTED");
    assertThat(estate.checker().digest()).isEqualTo(after);
  }

  @Test
  void anApprovalThatComesTooLateIsRefused() {
    var hold = Map.of("DEPLOYCLAW_GATE_DEFAULT", "hold", "DEPLOYCLAW_GATE_HOLD_FOR", "1ms");
    String before = estate.checker().digest();

    var held = estate.agent(hold).run("run", "--json", estate.change());
    var approved = estate.run("approve", id(held));

    assertThat(held.exit()).as(held.err()).isEqualTo(5);
    assertThat(approved.exit()).as(approved.err()).isEqualTo(11);
    assertThat(estate.checker().digest()).isEqualTo(before);
  }

  @Test
  void whoAskedMayNotApproveWhereTheGateWantsTwo() {
    var two = Map.of("DEPLOYCLAW_GATE_APPROVER_MUST_DIFFER", "true");
    var held = estate.agent(HOLD).run("run", "--json", estate.change());

    var own = estate.agent(two).run("approve", id(held), "--json");

    assertThat(own.exit()).as(own.err()).isEqualTo(4);
    assertThat(own.json().path("reason").asText()).contains("must differ");
    assertThat(estate.run("status", "--json").json().path("held").findValuesAsText("id"))
        .containsExactly(id(held));

    var pretending =
        Map.of(
            "DEPLOYCLAW_GATE_APPROVER_MUST_DIFFER", "true", "JDK_JAVA_OPTIONS", "-Duser.name=mary");
    var approved = estate.agent(pretending).run("approve", id(held), "--json");

    assertThat(approved.exit()).as(approved.err()).isEqualTo(4);
    assertThat(approved.err()).contains("must differ");
    assertThat(estate.run("reject", id(held)).exit()).isZero();
  }

  @Test
  void aChangeThatRemovesATenantAlwaysHolds() throws Exception {
    var document = estate.lab().folder().resolve("policies/edge-us/wonka.yaml");
    String text = Files.readString(document);
    Files.delete(document);
    try {
      var held = estate.run("run", "--json", LiveEstate.ALL);

      assertThat(held.exit()).as(held.err()).isEqualTo(5);
      assertThat(held.json().toString()).contains("it removes wonka");
      assertThat(estate.checker().rule("wonka", "orders")).isNotEmpty();
      assertThat(estate.run("reject", id(held)).exit()).isZero();
    } finally {
      Files.writeString(document, text);
    }
  }

  private static String id(Ran ran) {
    return ran.json().path("execution_id").asText();
  }
}
