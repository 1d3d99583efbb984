package dev.deployclaw.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeEstate;
import dev.deployclaw.core.result.ExecutionStatus;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Whoever has only the log knows whether a change needed an approval. */
class GateFactsTest {
  private final FakeEstate world = new FakeEstate();

  @Test
  void theOpeningSaysWhichRulesAskForAnApproval() throws Exception {
    var held = world.run("apply manually");

    assertThat(held.result()).isEqualTo(ExecutionStatus.HELD);
    assertThat(opened(held.execution()))
        .singleElement()
        .asString()
        .contains("\"gate\":{\"asks\":[\"request-asks\"],\"manual\":true}");
  }

  @Test
  void theOpeningSaysByWhichRuleItGoesOn() throws Exception {
    var done = world.run("apply");

    assertThat(opened(done.execution()))
        .singleElement()
        .asString()
        .contains("\"gate\":{\"asks\":[],\"manual\":false,\"rule\":\"auto\"}");
  }

  /** It goes on by itself, whatever the rules say of changes, and says by which rule. */
  @Test
  void aWayBackSaysByWhichRuleItGoesOn() throws Exception {
    var _ = world.run("apply");
    var _ = world.run("set acme 700");

    var back = world.agent().rollback("last", "olivia");

    assertThat(opened(back.execution()))
        .singleElement()
        .asString()
        .contains("\"gate\":{\"asks\":[],\"manual\":false,\"rule\":\"way-back\"}");
  }

  private List<String> opened(String execution) {
    return world.journal.read(execution).stream()
        .map(record -> new String(record, StandardCharsets.UTF_8))
        .filter(record -> record.contains("\"state\":\"opened\""))
        .toList();
  }
}
