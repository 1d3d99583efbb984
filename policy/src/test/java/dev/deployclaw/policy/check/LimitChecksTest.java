package dev.deployclaw.policy.check;

import static dev.deployclaw.policy.PolicyFixtures.bursting;
import static dev.deployclaw.policy.PolicyFixtures.counting;
import static dev.deployclaw.policy.PolicyFixtures.keyed;
import static dev.deployclaw.policy.PolicyFixtures.limit;
import static dev.deployclaw.policy.PolicyFixtures.route;
import static dev.deployclaw.policy.PolicyFixtures.set;
import static dev.deployclaw.policy.PolicyFixtures.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.finding.CheckKind;
import dev.deployclaw.policy.finding.PolicyFinding;
import dev.deployclaw.policy.model.CounterKeyPart;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.LimitAlgorithm;
import dev.deployclaw.policy.model.RequestMatch;
import java.util.List;
import org.junit.jupiter.api.Test;

class LimitChecksTest {
  private static final Limit ALL = limit("all", RequestMatch.ANY, 60, 60);
  private static final PolicySet ALIKE =
      set(
          tenant("team-a", limit("b", RequestMatch.ANY, 5, 60)),
          tenant("team", limit("a-b", RequestMatch.ANY, 5, 60)));
  private static final Gateway EDGE =
      new Gateway(
          "edge",
          "payments",
          new Gateway.Identity.Header("x-tenant"),
          List.of(new Gateway.Route("/shop", "shop")));

  @Test
  void refusesACostThatNoBucketHolds() {
    var found = CheckFixture.by(CheckKind.NEVER_ADMITTED, set(tenant("acme", bursting(ALL, 4, 5))));

    assertThat(CheckFixture.brief(found)).containsExactly("ERROR acme/all");
    assertThat(found.getFirst().remedy()).isEqualTo("raise burst to 5 or more");
    assertThat(PolicyFinding.blocked(found)).containsExactly("acme");
  }

  @Test
  void acceptsACostThatJustFits() {
    assertThat(CheckFixture.by(CheckKind.NEVER_ADMITTED, set(tenant("acme", bursting(ALL, 5, 5)))))
        .isEmpty();
  }

  @Test
  void warnsOfALimitOfZero() {
    var found =
        CheckFixture.by(
            CheckKind.NEVER_ADMITTED, set(tenant("acme", limit("none", RequestMatch.ANY, 0, 60))));

    assertThat(CheckFixture.brief(found)).containsExactly("WARNING acme/none");
  }

  @Test
  void acceptsALimitOfOne() {
    assertThat(
            CheckFixture.by(
                CheckKind.NEVER_ADMITTED,
                set(tenant("acme", limit("one", RequestMatch.ANY, 1, 60)))))
        .isEmpty();
  }

  @Test
  void saysThatABurstHasNoEffect() {
    var sliding = counting(ALL, LimitAlgorithm.SLIDING_WINDOW);

    var found =
        CheckFixture.by(CheckKind.UNUSED_SETTING, set(tenant("acme", bursting(sliding, 5, 1))));

    assertThat(CheckFixture.brief(found)).containsExactly("INFO acme/all");
  }

  @Test
  void acceptsABurstWhereItHasAnEffectOrIsNotSaid() {
    var sliding = counting(ALL, LimitAlgorithm.SLIDING_WINDOW);

    assertThat(CheckFixture.by(CheckKind.UNUSED_SETTING, set(tenant("acme", bursting(ALL, 5, 1)))))
        .isEmpty();
    assertThat(CheckFixture.by(CheckKind.UNUSED_SETTING, set(tenant("acme", sliding)))).isEmpty();
  }

  @Test
  void findsALimitThatNoRequestReaches() {
    var below = limit("below", route("shop", "/a/*"), 5, 60);
    var tree = limit("tree", route("shop", "/a/"), 9, 60);

    assertThat(
            CheckFixture.brief(
                CheckFixture.by(CheckKind.SHADOWED, set(tenant("acme", below, tree)))))
        .containsExactly("WARNING acme/below");
  }

  @Test
  void acceptsALimitThatSomeRequestsReach() {
    var below = limit("below", route("shop", "/a/*"), 5, 60);
    var near = limit("near", route("shop", "/a/b"), 9, 60);

    assertThat(CheckFixture.by(CheckKind.SHADOWED, set(tenant("acme", below, near)))).isEmpty();
  }

  @Test
  void findsAServiceThatNoGatewayRoutesTo() {
    var bad = tenant("acme", limit("a", RequestMatch.service("shpo"), 5, 60));

    assertThat(CheckFixture.by(CheckKind.SHADOWED, PolicySet.of(List.of(bad), List.of(EDGE), "")))
        .singleElement()
        .extracting(PolicyFinding::reason)
        .isEqualTo("no gateway routes to the service shpo");
  }

  @Test
  void acceptsAServiceThatAGatewayRoutesToOrWhereNoGatewayIsKnown() {
    var good = tenant("acme", limit("a", RequestMatch.service("shop"), 5, 60));
    var bad = tenant("acme", limit("a", RequestMatch.service("shpo"), 5, 60));

    assertThat(CheckFixture.by(CheckKind.SHADOWED, PolicySet.of(List.of(good), List.of(EDGE), "")))
        .isEmpty();
    assertThat(CheckFixture.by(CheckKind.SHADOWED, set(bad))).isEmpty();
  }

  @Test
  void findsALimitWhosePathGatewaysRefuse() {
    var bad = tenant("acme", limit("a", route("shop", "/a;b"), 5, 60));
    var good = tenant("acme", limit("a", route("shop", "/a b/ü@*"), 5, 60));

    assertThat(CheckFixture.by(CheckKind.SHADOWED, set(bad)))
        .singleElement()
        .extracting(PolicyFinding::reason)
        .asString()
        .startsWith("gateways refuse its path");
    assertThat(CheckFixture.by(CheckKind.SHADOWED, set(good))).isEmpty();
  }

  @Test
  void findsTwoHeadersThatAreOneToAGateway() {
    var header = new CounterKeyPart.Header("x-plan");

    var same = keyed(ALL, header, new CounterKeyPart.Header("x_plan"));

    assertThat(
            CheckFixture.brief(CheckFixture.by(CheckKind.KEY_COLLISION, set(tenant("acme", same)))))
        .containsExactly("ERROR acme/all");
  }

  @Test
  void acceptsTwoHeadersThatAGatewayKeepsApart() {
    var other =
        keyed(ALL, new CounterKeyPart.Header("x-plan"), new CounterKeyPart.Header("x-plane"));

    assertThat(CheckFixture.by(CheckKind.KEY_COLLISION, set(tenant("acme", other)))).isEmpty();
  }

  @Test
  void findsTwoLimitsThatAJoinWithoutEscapingWouldMix() {
    var joined = KeyCollisionCheck.find(ALIKE, (_, tenant, limit) -> tenant + "-" + limit);

    assertThat(CheckFixture.brief(joined)).containsExactly("ERROR team-a/b");
  }

  @Test
  void acceptsTheSameTwoAsTheirKeysAreWritten() {
    assertThat(KeyCollisionCheck.find(ALIKE)).isEmpty();
  }
}
