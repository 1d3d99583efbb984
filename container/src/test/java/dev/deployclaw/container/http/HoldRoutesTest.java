package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.ANN;
import static dev.deployclaw.container.http.Served.BOTH;
import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.fake.FakeSourcesExecutor;
import java.nio.file.Path;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an approver is shown of a hold, and decisions that send it back. */
class HoldRoutesTest {
  @TempDir Path folder;

  @AutoClose private Served served;
  private String held;

  @BeforeEach
  void hold() throws Exception {
    served = Served.start(folder);
    held = served.done("apply manually", "HELD");
  }

  @Test
  void showsExactlyWhatAnApprovalRestsOn() {
    var hold = served.get(path("hold"), ANN).json();

    var x = served.world.change(held).orElseThrow();
    assertThat(hold.path("plan").asText()).isEqualTo(x.planHash());
    assertThat(hold.path("checkpoint").asText()).isEqualTo(x.checkpoint().orElseThrow().sha256());
    assertThat(hold.at("/base/epoch").asLong()).isZero();
    assertThat(hold.at("/base/revision").asLong()).isEqualTo(x.base().revision());
    assertThat(hold.at("/base/current").asBoolean()).isTrue();
    assertThat(hold.path("expires_at").asText()).endsWith("Z");
    assertThat(hold.path("changes").toString()).contains("acme", "zenith");
    assertThat(hold.path("refusal").isMissingNode()).isTrue();
    assertThat(served.get(path("hold"), OLIVIA).status()).isEqualTo(403);
    assertThat(served.get("/v1/executions/arch-none/hold", ANN).status()).isEqualTo(404);
  }

  @Test
  void approvesWhatWasShownAndTheLogHasTheReason() {
    var hold = served.get(path("hold"), ANN).json();

    var accepted = decide("approve", hold.path("shown").asText(), "{\"reason\": \"looks right\"}");

    assertThat(accepted.status()).as(accepted.body()).isEqualTo(202);
    served.awaitResult(held, "COMPLETED");
    assertThat(served.get("/v1/executions/" + held, VIC).body())
        .contains("Reason of a decision", "looks right");
  }

  /** Whatever took its place: another base here. */
  @Test
  void refusesADecisionOnWhatIsNoLongerHeld() {
    String shown = served.get(path("hold"), ANN).json().path("shown").asText();
    served.world.sources.put("acme.yaml", FakeSourcesExecutor.document("acme", 700));
    served.done("apply", "COMPLETED");

    for (var word : new String[] {"approve", "reject"}) {
      var stale = decide(word, shown, "{}");
      assertThat(stale.status()).isEqualTo(409);
      assertThat(stale.text("type")).isEqualTo("urn:deployclaw:problem:stale");
      assertThat(stale.text("remedy")).contains("/hold");
    }

    assertThat(served.get("/v1/executions/" + held, VIC).text("result")).isEqualTo("HELD");
    var now = served.get(path("hold"), ANN).json();
    assertThat(now.at("/base/current").asBoolean()).isFalse();
    assertThat(decide("reject", now.path("shown").asText(), "{}").status()).isEqualTo(202);
    served.awaitResult(held, "ABORTED");
  }

  @Test
  void saysToARequesterThatAnotherPersonApproves() {
    String body = "{\"request\": \"apply\", \"approval\": \"manual\"}";
    String own = served.post("/v1/tasks", BOTH, body).text("execution_id");
    served.awaitResult(own, "HELD");

    assertThat(served.get("/v1/executions/" + own + "/hold", BOTH).text("refusal"))
        .contains("must differ from the requester");
  }

  @Test
  void refusesAReasonThatIsNone() {
    String shown = served.get(path("hold"), ANN).json().path("shown").asText();

    assertThat(decide("reject", shown, "{\"why\": \"x\"}").text("place")).isEqualTo("body.why");
    assertThat(decide("reject", shown, "{\"reason\": 7}").text("place")).isEqualTo("body.reason");
    String endless = "{\"reason\": \"" + "x".repeat(1001) + "\"}";
    assertThat(decide("reject", shown, endless).text("place")).isEqualTo("body.reason");
    assertThat(decide("reject", shown, "because").text("place")).isEqualTo("body");
  }

  private Served.Answer decide(String word, String shown, String body) {
    String plan = served.world.change(held).orElseThrow().planHash();
    return served.post(path(word) + "?shown=" + shown + "&plan=" + plan, ANN, body);
  }

  private String path(String part) {
    return "/v1/executions/" + held + "/" + part;
  }
}
