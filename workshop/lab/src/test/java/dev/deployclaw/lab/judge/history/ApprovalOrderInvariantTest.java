package dev.deployclaw.lab.judge.history;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.lab.judge.protocol.JsonValue;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApprovalOrderInvariantTest {
  private static final String APPROVED =
      "\"approval\":{\"plan_hash\":\"p\",\"checkpoint\":\"c\",\"base_revision\":7},";
  private static final Map<String, String> ASKS = opened("\"asks\":[\"request-asks\"]");

  @ParameterizedTest
  @ValueSource(strings = {"forward", "rollback"})
  void aChangeThatIsAskedToWaitDecidesNothingWithoutItsApproval(String kind) {
    assertThat(ApprovalOrderInvariant.fault(change(kind, "committed", ""), ASKS)).isPresent();
    assertThat(ApprovalOrderInvariant.fault(change(kind, "widened", ""), ASKS)).isPresent();
    assertThat(ApprovalOrderInvariant.fault(change(kind, "held", ""), ASKS)).isEmpty();
    assertThat(ApprovalOrderInvariant.fault(change(kind, "committed", APPROVED), ASKS)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"\"plan_hash\":\"p\"", "\"checkpoint\":\"c\"", "\"base_revision\":7"})
  void anApprovalOfSomethingElseIsNone(String part) {
    String other = part.replaceAll("\"[pc]\"$", "\"x\"").replaceAll("7$", "8");
    var change = change("forward", "committed", APPROVED.replace(part, other));

    assertThat(ApprovalOrderInvariant.fault(change, ASKS)).isPresent();
  }

  @Test
  void whatNobodyAskedToWaitOrTheAgentPutsBackByItselfNeedsNone() {
    assertThat(
            ApprovalOrderInvariant.fault(change("forward", "committed", ""), opened("\"asks\":[]")))
        .isEmpty();
    assertThat(ApprovalOrderInvariant.fault(change("compensation", "committed", ""), ASKS))
        .isEmpty();
  }

  @Test
  void aRepairThatWaitsIsAuthorizedFirst() {
    var repair = decided("repair");
    var awaiting = Map.of("audit/r/00000003", text("await"));
    var authorized =
        Map.of("audit/r/00000003", text("await"), "audit/r/00000005", text("authorize"));

    assertThat(ApprovalOrderInvariant.fault("r", repair, awaiting)).isPresent();
    assertThat(ApprovalOrderInvariant.fault("r", repair, authorized)).isEmpty();
    assertThat(ApprovalOrderInvariant.fault("r", repair, Map.of())).isEmpty();
    assertThat(ApprovalOrderInvariant.fault("q", repair, awaiting)).isEmpty();
  }

  private static Map<String, String> opened(String gate) {
    return Map.of(
        "audit/a/00000002",
        "{\"facts\":{\"change\":\"a\",\"gate\":{%s},\"state\":\"opened\"},\"seq\":2}"
            .formatted(gate));
  }

  private static JsonValue change(String kind, String state, String approval) {
    return JsonValue.parse(
        """
        {"id":"a","log":"a","kind":"%s","plan_hash":"p","base":{"revision":7},
         "checkpoint":{"sha256":"c"},%s"state":{"name":"%s"}}
        """
            .formatted(kind, approval, state));
  }

  private static JsonValue decided(String name) {
    return JsonValue.parse(text(name));
  }

  private static String text(String name) {
    return "{\"decision\":{\"name\":\"%s\",\"rule\":\"r\"}}".formatted(name);
  }
}
