package dev.deployclaw.lab.judge;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApprovalOrderTest {
  private static final String APPROVED =
      "\"approval\":{\"plan_hash\":\"p\",\"checkpoint\":\"c\",\"base_revision\":7},";
  private static final Map<String, String> ASKS = opened("\"asks\":[\"request-asks\"]");

  @ParameterizedTest
  @ValueSource(strings = {"forward", "rollback"})
  void aChangeThatIsAskedToWaitDecidesNothingWithoutItsApproval(String kind) {
    assertThat(ApprovalOrder.fault(change(kind, "committed", ""), ASKS)).isPresent();
    assertThat(ApprovalOrder.fault(change(kind, "widened", ""), ASKS)).isPresent();
    assertThat(ApprovalOrder.fault(change(kind, "held", ""), ASKS)).isEmpty();
    assertThat(ApprovalOrder.fault(change(kind, "committed", APPROVED), ASKS)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"plan_hash\":\"p\"", "\"checkpoint\":\"c\"", "\"base_revision\":7"})
  void anApprovalOfSomethingElseIsNone(String part) {
    String other = part.replaceAll("\"[pc]\"$", "\"x\"").replaceAll("7$", "8");
    var change = change("forward", "committed", APPROVED.replace(part, other));

    assertThat(ApprovalOrder.fault(change, ASKS)).isPresent();
  }

  @Test
  void whatNobodyAskedToWaitOrTheAgentPutsBackByItselfNeedsNone() {
    assertThat(ApprovalOrder.fault(change("forward", "committed", ""), opened("\"asks\":[]")))
        .isEmpty();
    assertThat(ApprovalOrder.fault(change("compensation", "committed", ""), ASKS)).isEmpty();
  }

  @Test
  void aRepairThatWaitsIsAuthorizedFirst() {
    var repair = decided("repair");
    var awaiting = Map.of("audit/r/00000003", text("await"));
    var authorized =
        Map.of("audit/r/00000003", text("await"), "audit/r/00000005", text("authorize"));

    assertThat(ApprovalOrder.fault("r", repair, awaiting)).isPresent();
    assertThat(ApprovalOrder.fault("r", repair, authorized)).isEmpty();
    assertThat(ApprovalOrder.fault("r", repair, Map.of())).isEmpty();
    assertThat(ApprovalOrder.fault("q", repair, awaiting)).isEmpty();
  }

  private static Map<String, String> opened(String gate) {
    return Map.of(
        "audit/a/00000002",
        "{\"facts\":{\"change\":\"a\",\"gate\":{%s},\"state\":\"opened\"},\"seq\":2}"
            .formatted(gate));
  }

  private static Json change(String kind, String state, String approval) {
    return Json.parse(
        """
        {"id":"a","log":"a","kind":"%s","plan_hash":"p","base":{"revision":7},
         "checkpoint":{"sha256":"c"},%s"state":{"name":"%s"}}
        """
            .formatted(kind, approval, state));
  }

  private static Json decided(String name) {
    return Json.parse(text(name));
  }

  private static String text(String name) {
    return "{\"decision\":{\"name\":\"%s\",\"rule\":\"r\"}}".formatted(name);
  }
}
