package dev.deployclaw.policy.check;

import static dev.deployclaw.policy.PolicyFixtures.keyed;
import static dev.deployclaw.policy.PolicyFixtures.limit;
import static dev.deployclaw.policy.PolicyFixtures.route;
import static dev.deployclaw.policy.PolicyFixtures.set;
import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.RequestMatch;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConflictingLimitsCheckTest {
  private static final RequestMatch SHOP = RequestMatch.service("shop");

  @Test
  void reportsSixtySecondsAgainstThreeHundredThatCanNeverBind() {
    var found = windows(limit("minute", SHOP, 300, 60), limit("five-minutes", SHOP, 300, 300));

    assertThat(CheckFixture.brief(found)).containsExactly("WARNING acme/minute");
    assertThat(found.getFirst().reason())
        .isEqualTo(
            "minute (300 per 60 s, burst 300) can never bind: five-minutes (300 per 300 s, burst"
                + " 300) covers the same requests and always refuses first");
    assertThat(found.getFirst().evidence())
        .containsEntry("window_s", 60L)
        .containsEntry("other_window_s", 300L);
  }

  @Test
  void reportsSixtySecondsAgainstThreeHundredThatContradict() {
    var found = windows(limit("minute", SHOP, 100, 60), limit("five-minutes", SHOP, 300, 300));

    assertThat(CheckFixture.brief(found)).containsExactly("WARNING acme/five-minutes");
    assertThat(found.getFirst().reason())
        .contains("contradict each other: the first allows 500 in the window of the second");
  }

  @Test
  void takesWindowsFarApartForADeliberatePair() {
    assertThat(windows(limit("second", SHOP, 10, 1), limit("hour", SHOP, 1000, 3600))).isEmpty();
  }

  @Test
  void seesNoConflictBetweenOtherKeysServicesOrEqualWindows() {
    var perClient = keyed(limit("client", SHOP, 100, 60), new CounterKeyPart.ClientAddress());
    var mail = limit("mail", RequestMatch.service("mail"), 300, 300);

    assertThat(windows(perClient, limit("five-minutes", SHOP, 300, 300))).isEmpty();
    assertThat(windows(limit("minute", SHOP, 100, 60), mail)).isEmpty();
    assertThat(windows(limit("a", SHOP, 100, 60), limit("b", route("shop", "/x"), 50, 60)))
        .isEmpty();
  }

  @Test
  void reportsALimitAboveTheTotalThatCoversIt() {
    var found =
        CheckFixture.by(
            CheckKind.SHADOWED,
            set(
                tenant(
                    "acme",
                    limit("total", RequestMatch.ANY, 600, 60),
                    limit("shop", SHOP, 900, 60))));

    assertThat(CheckFixture.brief(found)).containsExactly("WARNING acme/shop");
  }

  @Test
  void acceptsALimitBelowTheTotalThatCoversIt() {
    var found =
        CheckFixture.by(
            CheckKind.SHADOWED,
            set(
                tenant(
                    "acme",
                    limit("total", RequestMatch.ANY, 600, 60),
                    limit("shop", SHOP, 599, 60))));

    assertThat(found).isEmpty();
  }

  private static List<PolicyFinding> windows(Limit first, Limit second) {
    return CheckFixture.by(CheckKind.CONFLICTING_WINDOWS, set(tenant("acme", first, second)));
  }
}
