package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.redis.CanaryCohort;
import dev.deployclaw.policy.redis.FunctionLibrary.Trial;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.policy.wire.ServiceStatus.Held;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** A candidate beside the committed epoch, on a real Redis Cluster and a real etcd. */
class CanaryTest extends EstateCases {
  private static final int TENANTS = 24;
  private static final CanaryCohort HALF = new CanaryCohort(5_000);

  @BeforeEach
  void leavePlaceForACandidate() {
    epoch++;
  }

  @Test
  void eachTenantIsDecidedByTheEpochOfItsPosition() {
    var base = estate.activate(epoch, set(2));
    var candidate = estate.stage(epoch + 1, set(3));
    var constants = estate.widen(base, candidate, HALF);

    var committed = admitted();
    estate.redis().primaries().forEach(node -> estate.load(node, constants));
    var published = admitted();

    assertThat(committed)
        .as("nobody goes by etcd alone")
        .isEqualTo(names(_ -> epoch + " admits 2"));
    assertThat(published)
        .isEqualTo(names(t -> HALF.includes(t) ? (epoch + 1) + " admits 1" : epoch + " admits 0"));
  }

  @Test
  void aShardThatLostItsLibraryPicksTheSameEpochs() {
    var base = estate.activate(epoch, set(2));
    var candidate = estate.stage(epoch + 1, set(3));
    estate.widen(base, candidate, HALF);
    estate.redis().primaries().forEach(node -> Estate.onNode(node, Jedis::functionFlush));

    assertThat(admitted())
        .isEqualTo(names(t -> HALF.includes(t) ? (epoch + 1) + " admits 3" : epoch + " admits 2"));
  }

  @Test
  void aTenantThatOnlyTheCandidateHasIsAStrangerOutsideTheCohort() {
    var base = estate.activate(epoch, Sets.of(Sets.tenant("acme", Sets.burst("all", 2))));
    var candidate = estate.stage(epoch + 1, set(3));
    var constants = estate.widen(base, candidate, HALF);
    estate.redis().primaries().forEach(node -> estate.load(node, constants));

    assertThat(names(t -> status(t) == 204 ? "known" : "stranger"))
        .isEqualTo(names(t -> HALF.includes(t) ? "known" : "stranger"));
  }

  @Test
  void statusTellsTheCandidateOnceEveryPrimaryHasIt() {
    var base = estate.activate(epoch, set(2));
    var candidate = estate.stage(epoch + 1, set(3));
    var constants = estate.widen(base, candidate, HALF);
    var nodes = estate.redis().primaries();

    estate.load(nodes.getFirst(), constants);
    var torn = estate.status();
    nodes.forEach(node -> estate.load(node, constants));
    var whole = estate.status();

    assertThat(torn.decided()).isEmpty();
    assertThat(torn.differing())
        .anyMatch(d -> d.contains("candidate " + (epoch + 1) + " for positions below 5000"));
    assertThat(whole.decided()).contains(new Held(base.epoch(), base.digest()));
    assertThat(whole.trial()).contains(new Trial(candidate.epoch(), candidate.digest(), HALF));
  }

  private static PolicySet set(long burst) {
    return Sets.of(
        names(t -> t).keySet().stream()
            .map(t -> Sets.tenant(t, Sets.burst("all", burst)))
            .toArray(TenantPolicy[]::new));
  }

  private static Map<String, String> admitted() {
    return names(t -> {
      long admitted = Stream.generate(() -> status(t)).limit(4).filter(s -> s == 204).count();
      return ask(t).headers().firstValue(DecideHeaders.EPOCH).orElse("none")
          + " admits "
          + admitted;
    });
  }

  private static int status(String tenant) {
    return ask(tenant).statusCode();
  }

  private static java.net.http.HttpResponse<String> ask(String tenant) {
    return estate.get("/v1/decide", Estate.question(tenant, "/", Map.of()));
  }

  private static Map<String, String> names(java.util.function.Function<String, String> of) {
    var out = new java.util.TreeMap<String, String>();
    for (int i = 0; i < TENANTS; i++) {
      out.put("t" + i, of.apply("t" + i));
    }
    return out;
  }
}
