package dev.deployclaw.core.drift;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.compile.ChangePlan;
import dev.deployclaw.core.drift.Discrepancy.Kind;
import dev.deployclaw.core.fake.FakeSourcesExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.PolicyDocumentReader;
import dev.deployclaw.policy.wire.ServiceStatus;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class DriftComparisonTest {
  private static final ChangePlan.Ground FIRST = new ChangePlan.Ground(0, "", 0);
  private static final ChangePlan.Ground FOURTH = new ChangePlan.Ground(4, "d4", 40);

  @Test
  void namesTenantsThatScriptsForgotOrSetOtherwise() {
    var wanted = new TreeMap<>(Map.of("acme", policy("acme", 600), "zenith", policy("zenith", 60)));
    wanted.put("initech", policy("initech", 10));
    var keys =
        Map.of("rate_limit:{acme}", "600", "rate_limit:zenith", "90", "rate_limit:ghost", "1");

    var found = DriftComparison.of(FIRST, redis(Map.of("brownfield", keys)), wanted);

    assertThat(found)
        .extracting(d -> d.member() + " " + d.kind())
        .containsExactly("initech NOT_ENFORCED", "zenith DIFFERENT", "ghost EXTRA");
    assertThat(found.getFirst().remedy()).startsWith("nothing is committed yet");
  }

  @Test
  void namesNodesThatAreElsewhere() {
    var behind = Map.<String, Object>of("epoch", 3L);
    var ahead = Map.<String, Object>of("epoch", 5L);

    assertThat(kinds(DriftComparison.of(FOURTH, redis(behind), new TreeMap<>())))
        .containsExactly(Kind.BEHIND);
    assertThat(kinds(DriftComparison.of(FOURTH, redis(ahead), new TreeMap<>())))
        .containsExactly(Kind.AHEAD);
    assertThat(kinds(DriftComparison.of(FOURTH, redis(Map.of()), new TreeMap<>())))
        .containsExactly(Kind.MISSING);
    assertThat(DriftComparison.of(FOURTH, redis(Map.of("epoch", 4L)), new TreeMap<>())).isEmpty();
  }

  @Test
  void namesGatewaysThatRunSomethingElse() {
    CallOutcome scan =
        CallOutcome.done(
            List.of(
                MemberReport.yes("gateway/shop/one", "f1", Map.of("epoch", 4L, "managed", true)),
                MemberReport.yes("gateway/shop/two", "f2", Map.of("epoch", 4L, "managed", false)),
                MemberReport.unknown("gateway/shop/three", "no answer")));

    var found = DriftComparison.of(FOURTH, Map.of("gateway.scan", scan), new TreeMap<>());

    assertThat(found)
        .extracting(d -> d.member() + " " + d.kind())
        .containsExactly("gateway/shop/two NOT_ENFORCED", "gateway/shop/three UNREACHABLE");
  }

  @Test
  void namesConfigurationStoresThatServeSomethingElse() {
    CallOutcome scan =
        CallOutcome.done(
            List.of(
                MemberReport.yes("configuration/limits", "d4", Map.of("epoch", 4L)),
                MemberReport.yes("configuration/old", "d3", Map.of("epoch", 3L)),
                MemberReport.yes("configuration/empty", "", Map.of()),
                MemberReport.no("configuration/bent", "the stored copy of epoch 4 was changed")));

    var found = DriftComparison.of(FOURTH, Map.of("configuration.scan", scan), new TreeMap<>());

    assertThat(found)
        .extracting(d -> d.member() + " " + d.kind())
        .containsExactly(
            "configuration/old BEHIND",
            "configuration/empty MISSING",
            "configuration/bent DIFFERENT");
  }

  @Test
  void namesRateLimitServicesThatAskAnotherRedis() {
    CallOutcome looked =
        CallOutcome.done(
            List.of(
                MemberReport.yes("ratelimit/a", "", Map.of()),
                MemberReport.no("ratelimit/b", "asks another Redis"),
                MemberReport.unknown("ratelimit/c", "no answer")));

    var found = DriftComparison.of(FOURTH, Map.of("ratelimit.topology", looked), new TreeMap<>());

    assertThat(found)
        .extracting(Discrepancy::text)
        .containsExactly(
            "ratelimit/b astray: asks another Redis", "ratelimit/c unreachable: no answer");
  }

  /** What each kind of place can say of itself, and which kind of difference that is. */
  @ParameterizedTest
  @MethodSource("places")
  void namesEachKindOfDifferenceAtEachKindOfPlace(
      String look, MemberReport report, @Nullable Kind expected) {
    var found =
        DriftComparison.of(
            FOURTH, Map.of(look, CallOutcome.done(List.of(report))), new TreeMap<>());

    assertThat(kinds(found)).isEqualTo(expected == null ? List.of() : List.of(expected));
  }

  private static Stream<Arguments> places() {
    return Stream.of(
        at("redis.scan", yes("d4", Map.of("epoch", 4L)), null),
        at("redis.scan", yes("", Map.of()), Kind.MISSING),
        at("redis.scan", yes("dx", Map.of("epoch", 4L)), Kind.DIFFERENT),
        at("redis.scan", yes("d3", Map.of("epoch", 3L)), Kind.BEHIND),
        at("redis.scan", yes("d5", Map.of("epoch", 5L)), Kind.AHEAD),
        at("redis.scan", MemberReport.unknown("m", "no answer"), Kind.UNREACHABLE),
        at("redis.scan", MemberReport.denied("m", "NOPERM"), Kind.ACCESS_DENIED),
        at("ratelimit.topology", service(ServiceStatus.OK, 3, "d3", 4, "d4"), null),
        at("ratelimit.topology", service(ServiceStatus.OK, 4, "d4", 5, "d5"), null),
        at("ratelimit.topology", yes("", Map.of("epochs", List.of())), Kind.MISSING),
        at("ratelimit.topology", service(ServiceStatus.OK, 3, "d3", 4, "dx"), Kind.DIFFERENT),
        at("ratelimit.topology", service(ServiceStatus.OK, 2, "d2", 3, "d3"), Kind.BEHIND),
        at("ratelimit.topology", service(ServiceStatus.OK, 5, "d5", 6, "d6"), Kind.AHEAD),
        at("ratelimit.topology", service("no node", 3, "d3", 4, "d4"), Kind.NOT_ENFORCED),
        at("ratelimit.topology", patient(1_200), null),
        at("ratelimit.topology", patient(1_201), Kind.NOT_ENFORCED),
        at("ratelimit.topology", MemberReport.no("m", "asks another Redis"), Kind.ASTRAY),
        at("ratelimit.topology", MemberReport.unknown("m", "no answer"), Kind.UNREACHABLE),
        at("ratelimit.topology", MemberReport.denied("m", "401"), Kind.ACCESS_DENIED),
        at("gateway.scan", yes("f", Map.of("epoch", 4L, "managed", true)), null),
        at("gateway.scan", no(Map.of("member", "m")), Kind.MISSING),
        at("gateway.scan", no(Map.of("member", "m", "file", "f")), Kind.DIFFERENT),
        at("gateway.scan", yes("f", Map.of("epoch", 3L, "managed", true)), Kind.BEHIND),
        at("gateway.scan", yes("f", Map.of("epoch", 5L, "managed", true)), Kind.AHEAD),
        at("gateway.scan", yes("f", Map.of("epoch", 4L, "managed", false)), Kind.NOT_ENFORCED),
        at("gateway.scan", MemberReport.unknown("m", "no answer"), Kind.UNREACHABLE),
        at("gateway.scan", MemberReport.denied("m", "may not list pods"), Kind.ACCESS_DENIED),
        at("configuration.scan", yes("d4", Map.of("epoch", 4L)), null),
        at("configuration.scan", yes("", Map.of()), Kind.MISSING),
        at("configuration.scan", MemberReport.no("m", "was changed"), Kind.DIFFERENT),
        at("configuration.scan", yes("d3", Map.of("epoch", 3L)), Kind.BEHIND),
        at("configuration.scan", yes("d5", Map.of("epoch", 5L)), Kind.AHEAD),
        at("configuration.scan", MemberReport.unknown("m", "no answer"), Kind.UNREACHABLE),
        at(
            "configuration.scan",
            MemberReport.denied("m", "permission denied"),
            Kind.ACCESS_DENIED));
  }

  /** Waits so long for Redis, in milliseconds. */
  private static MemberReport patient(long timeout) {
    var held = List.of(Map.of("epoch", 4L, "digest", "d4"));
    return yes("", Map.of("epochs", held, "redis_timeout_ms", timeout));
  }

  private static Arguments at(String look, MemberReport report, @Nullable Kind expected) {
    return Arguments.of(look, report, expected);
  }

  private static MemberReport yes(String digest, Map<String, Object> facts) {
    return MemberReport.yes("m", digest, facts);
  }

  private static MemberReport no(Map<String, Object> facts) {
    return new MemberReport("m", MemberReport.Answer.NO, "", "isn't as it should be", facts);
  }

  private static MemberReport service(
      String redis, long one, String first, long two, String second) {
    return yes(
        "",
        Map.of(
            "redis",
            redis,
            "epochs",
            List.of(
                Map.of("epoch", one, "digest", first), Map.of("epoch", two, "digest", second))));
  }

  @Test
  void aLookThatIsDeniedAsAWholeSawNothing() {
    var denied = Map.of("redis.scan", CallOutcome.failed(new CallFault.Denied("NOAUTH")));

    var found = DriftComparison.of(FOURTH, denied, new TreeMap<>());

    assertThat(kinds(found)).containsExactly(Kind.ACCESS_DENIED);
  }

  @Test
  void saysInASentenceWhatDiffersAndNamesTheFirst() {
    var one = new Discrepancy(Kind.BEHIND, "redis/a", "is at epoch 3");

    assertThat(Discrepancy.sentence(List.of())).isEqualTo("no drift");
    assertThat(Discrepancy.sentence(List.of(one)))
        .isEqualTo("1 difference between wanted and enforced: redis/a behind: is at epoch 3");
    assertThat(Discrepancy.sentence(Collections.nCopies(22, one)))
        .startsWith("22 differences")
        .endsWith("; also redis/a; and 2 more");
  }

  private static List<Kind> kinds(List<Discrepancy> found) {
    return found.stream().map(Discrepancy::kind).toList();
  }

  private static Map<String, CallOutcome> redis(Map<String, Object> facts) {
    return Map.of(
        "redis.scan", CallOutcome.done(List.of(MemberReport.yes("redis/a", "d4", facts))));
  }

  private static TenantPolicy policy(String tenant, long requests) {
    return PolicyDocumentReader.parse(tenant, FakeSourcesExecutor.document(tenant, requests))
        .policy()
        .orElseThrow();
  }
}
