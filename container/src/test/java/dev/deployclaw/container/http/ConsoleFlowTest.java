package dev.deployclaw.container.http;

import static dev.deployclaw.container.http.Served.ANN;
import static dev.deployclaw.container.http.Served.OLIVIA;
import static dev.deployclaw.container.http.Served.VIC;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.testkit.Slow;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

/** From a request to its end, by two people in a real browser. */
class ConsoleFlowTest extends ConsoleCases {
  @Test
  void fromARequestByQuestionPlanAndHoldToTheApprovalOfAnotherPerson() {
    var olivia = signIn("/console/", OLIVIA);
    olivia.fill("#change", "set acme's orders limit to 300");
    olivia.press("#change", "Enter");
    olivia.click(".choices button >> text='per minute'");
    olivia.click("text='Hold for approval'");
    olivia.waitForSelector(".notice >> text='Waits for an approver'");
    String held = olivia.textContent("h1");

    var ann = signIn("/console/", ANN);
    ann.click(".waits a");
    assertThat(ann.textContent(".hold"))
        .contains("olivia", served.world.change(held).orElseThrow().planHash())
        .contains(served.world.change(held).orElseThrow().checkpoint().orElseThrow().sha256())
        .contains("requests 600 -> 300");
    ann.click("text=/^Approve …/");
    ann.fill("#reason", "seen with the tenant");
    ann.click("dialog .main");

    ann.waitForSelector(".result >> text='COMPLETED'");
    olivia.waitForSelector(".result >> text='COMPLETED'");
    assertThat(served.get("/v1/executions/" + held, VIC).body())
        .contains("\"approver\": \"ann\"", "Reason of a decision", "seen with the tenant");
  }

  @Slow(
      guard =
          "dev.deployclaw.container.http.ConsoleFlowTest#fromARequestByQuestionPlanAndHoldToTheApprovalOfAnotherPerson",
      because = "it opens two more browsers")
  @Test
  void aScheduledChangeSaysWhenItBeginsAndIsCancelled() {
    var olivia = signIn("/console/ask", OLIVIA);
    String day = LocalDate.now(ZoneOffset.UTC).plusDays(2).toString();
    olivia.fill("#request", "set acme's orders limit to 300 per minute at " + day + "T06:00:00Z");
    olivia.press("#request", "Enter");
    olivia.click("text='Schedule for %s 06:00:00 UTC: 1 change'".formatted(day));
    olivia.waitForSelector(".result >> text='SCHEDULED'");
    olivia.waitForSelector("text='Begins %s 06:00:00 UTC'".formatted(day));

    var ann = signIn("/console/", ANN);
    ann.click(".card li a");
    ann.click("text='Cancel it'");

    ann.waitForSelector(".result >> text='ABORTED'");
    assertThat(served.get("/v1/status", VIC).json().path("scheduled")).isEmpty();
  }
}
