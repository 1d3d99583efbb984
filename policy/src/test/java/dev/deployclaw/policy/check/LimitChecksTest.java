package dev.deployclaw.policy.check;

import static dev.deployclaw.policy.Policies.bursting;
import static dev.deployclaw.policy.Policies.counting;
import static dev.deployclaw.policy.Policies.keyed;
import static dev.deployclaw.policy.Policies.limit;
import static dev.deployclaw.policy.Policies.route;
import static dev.deployclaw.policy.Policies.set;
import static dev.deployclaw.policy.Policies.tenant;
import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.Algorithm;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.model.KeyPart;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.Match;
import java.util.List;
import org.junit.jupiter.api.Test;

class LimitChecksTest {
  private static final Limit ALL = limit("all", Match.ANY, 60, 60);
  private static final PolicySet ALIKE =
      set(
          tenant("team-a", limit("b", Match.ANY, 5, 60)),
          tenant("team", limit("a-b", Match.ANY, 5, 60)));
  private static final Gateway EDGE =
      new Gateway(
          "edge",
          "payments",
          new Gateway.Identity.Header("x-tenant"),
          List.of(new Gateway.Route("/shop", "shop")));

  @Test
  void refusesACostThatNoBucketHolds() {
    var found = Found.by(Check.NEVER_ADMITTED, set(tenant("acme", bursting(ALL, 4, 5))));

    assertThat(Found.brief(found)).containsExactly("ERROR acme/all");
    assertThat(found.getFirst().remedy()).isEqualTo("raise burst to 5 or more");
    assertThat(Finding.blocked(found)).containsExactly("acme");
  }

  @Test
  void acceptsACostThatJustFits() {
    assertThat(Found.by(Check.NEVER_ADMITTED, set(tenant("acme", bursting(ALL, 5, 5))))).isEmpty();
  }

  @Test
  void warnsOfALimitOfZero() {
    var found =
        Found.by(Check.NEVER_ADMITTED, set(tenant("acme", limit("none", Match.ANY, 0, 60))));

    assertThat(Found.brief(found)).containsExactly("WARNING acme/none");
  }

  @Test
  void acceptsALimitOfOne() {
    assertThat(Found.by(Check.NEVER_ADMITTED, set(tenant("acme", limit("one", Match.ANY, 1, 60)))))
        .isEmpty();
  }

  @Test
  void saysThatABurstHasNoEffect() {
    var sliding = counting(ALL, Algorithm.SLIDING_WINDOW);

    var found = Found.by(Check.UNUSED_SETTING, set(tenant("acme", bursting(sliding, 5, 1))));

    assertThat(Found.brief(found)).containsExactly("INFO acme/all");
  }

  @Test
  void acceptsABurstWhereItHasAnEffectOrIsNotSaid() {
    var sliding = counting(ALL, Algorithm.SLIDING_WINDOW);

    assertThat(Found.by(Check.UNUSED_SETTING, set(tenant("acme", bursting(ALL, 5, 1))))).isEmpty();
    assertThat(Found.by(Check.UNUSED_SETTING, set(tenant("acme", sliding)))).isEmpty();
  }

  @Test
  void findsALimitThatNoRequestReaches() {
    var below = limit("below", route("shop", "/a/*"), 5, 60);
    var tree = limit("tree", route("shop", "/a/"), 9, 60);

    assertThat(Found.brief(Found.by(Check.SHADOWED, set(tenant("acme", below, tree)))))
        .containsExactly("WARNING acme/below");
  }

  @Test
  void acceptsALimitThatSomeRequestsReach() {
    var below = limit("below", route("shop", "/a/*"), 5, 60);
    var near = limit("near", route("shop", "/a/b"), 9, 60);

    assertThat(Found.by(Check.SHADOWED, set(tenant("acme", below, near)))).isEmpty();
  }

  @Test
  void findsAServiceThatNoGatewayRoutesTo() {
    var bad = tenant("acme", limit("a", Match.service("shpo"), 5, 60));

    assertThat(Found.by(Check.SHADOWED, PolicySet.of(List.of(bad), List.of(EDGE), "")))
        .singleElement()
        .extracting(Finding::reason)
        .isEqualTo("no gateway routes to the service shpo");
  }

  @Test
  void acceptsAServiceThatAGatewayRoutesToOrWhereNoGatewayIsKnown() {
    var good = tenant("acme", limit("a", Match.service("shop"), 5, 60));
    var bad = tenant("acme", limit("a", Match.service("shpo"), 5, 60));

    assertThat(Found.by(Check.SHADOWED, PolicySet.of(List.of(good), List.of(EDGE), ""))).isEmpty();
    assertThat(Found.by(Check.SHADOWED, set(bad))).isEmpty();
  }

  @Test
  void findsALimitWhosePathGatewaysRefuse() {
    var bad = tenant("acme", limit("a", route("shop", "/a;b"), 5, 60));
    var good = tenant("acme", limit("a", route("shop", "/a b/ü@*"), 5, 60));

    assertThat(Found.by(Check.SHADOWED, set(bad)))
        .singleElement()
        .extracting(Finding::reason)
        .asString()
        .startsWith("gateways refuse its path");
    assertThat(Found.by(Check.SHADOWED, set(good))).isEmpty();
  }

  @Test
  void findsTwoHeadersThatAreOneToAGateway() {
    var header = new KeyPart.Header("x-plan");

    var same = keyed(ALL, header, new KeyPart.Header("x_plan"));

    assertThat(Found.brief(Found.by(Check.KEY_COLLISION, set(tenant("acme", same)))))
        .containsExactly("ERROR acme/all");
  }

  @Test
  void acceptsTwoHeadersThatAGatewayKeepsApart() {
    var other = keyed(ALL, new KeyPart.Header("x-plan"), new KeyPart.Header("x-plane"));

    assertThat(Found.by(Check.KEY_COLLISION, set(tenant("acme", other)))).isEmpty();
  }

  @Test
  void findsTwoLimitsThatAJoinWithoutEscapingWouldMix() {
    var joined = CollisionCheck.find(ALIKE, (_, tenant, limit) -> tenant + "-" + limit);

    assertThat(Found.brief(joined)).containsExactly("ERROR team-a/b");
  }

  @Test
  void acceptsTheSameTwoAsTheirKeysAreWritten() {
    assertThat(CollisionCheck.find(ALIKE)).isEmpty();
  }
}
