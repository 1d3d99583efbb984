package dev.deployclaw.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.policy.decision.LimitCounter;
import dev.deployclaw.policy.decision.ReferenceModel;
import dev.deployclaw.policy.match.RequestShape;
import dev.deployclaw.policy.redis.EpochPolicySet;
import dev.deployclaw.policy.redis.RateLimitedRequest;
import dev.deployclaw.policy.redis.RequestCharges;
import dev.deployclaw.policy.wire.DecideHeaders;
import dev.deployclaw.policy.wire.ProbeKeyPair;
import dev.deployclaw.policy.wire.ProbeToken;
import dev.deployclaw.policy.wire.RuleDigest;
import dev.deployclaw.policy.wire.SignedProbeToken;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Synthetic requests at the service. Epochs grow from test to test. */
class ProbesTest extends EstateCases {
  private final ProbeKeyPair keys = ProbeKeyPair.generate();

  @Test
  void probesAreDecidedAsTheReferenceSaysAndLeaveTenantsAlone() {
    var held = activate(keys, 10);
    var tokens = LongStream.range(0, 12).mapToObj(i -> token("acme", 2, 1_000_000 * i)).toList();
    var texts = SignedProbeToken.sign(tokens, keys.privateKey());
    Map<String, LimitCounter> counters = new HashMap<>();
    var expected = new ArrayList<Boolean>();
    var answered = new ArrayList<Boolean>();

    for (int i = 0; i < tokens.size(); i++) {
      var response = probe(texts.get(i));
      assertThat(header(response, DecideHeaders.PROBE)).isEqualTo("1");
      assertThat(header(response, DecideHeaders.RULE)).isEqualTo(ruleDigest(held));
      answered.add(response.statusCode() == 204);
      expected.add(reference(counters, held, tokens.get(i)));
    }

    assertThat(answered).isEqualTo(expected).contains(true).contains(false);
    assertThat(admittedOf(20)).isEqualTo(10);
  }

  @Test
  void forgedProbeIsAnOrdinaryRequest() {
    activate(keys, 3);

    var forged = probe(signed(token("acme", 1, 1), ProbeKeyPair.generate()));
    var anothers = probe(signed(token("globex", 1, 1), keys));

    assertThat(isProbe(forged)).isFalse();
    assertThat(isProbe(anothers)).isFalse();
    assertThat(admittedOf(5)).isEqualTo(1);
  }

  @Test
  void sealThatWasBelievedOnceVouchesForNoOtherToken() {
    activate(keys, 10);
    var good = signed(token("acme", 1, 1), keys);
    var other = signed(token("acme", 9, 1), ProbeKeyPair.generate());
    String seal = good.substring(good.lastIndexOf('.'));
    String spliced = other.substring(0, other.lastIndexOf('.')) + seal;

    var first = probe(good);
    var second = probe(spliced);

    assertThat(isProbe(first)).isTrue();
    assertThat(isProbe(second)).isFalse();
  }

  @Test
  void sealOfAKeyThatIsNoLongerHeldIsNotBelieved() {
    activate(keys, 10);
    var token = signed(token("acme", 1, 1), keys);
    var before = probe(token);

    epoch++;
    activate(ProbeKeyPair.generate(), 10);
    epoch++;
    activate(ProbeKeyPair.generate(), 10);

    assertThat(isProbe(before)).isTrue();
    assertThat(isProbe(probe(token))).isFalse();
  }

  private static EpochPolicySet activate(ProbeKeyPair keys, int burst) {
    return estate.activate(
        epoch, Sets.probed(keys.publicKey(), Sets.tenant("acme", Sets.burst("all", burst))));
  }

  private static String signed(ProbeToken token, ProbeKeyPair keys) {
    return SignedProbeToken.sign(List.of(token), keys.privateKey()).getFirst();
  }

  private static ProbeToken token(String tenant, long cost, long at) {
    long expiry = Instant.now().getEpochSecond() + 120;
    return new ProbeToken("run-1", tenant, "checkout", "/pay/now", "GET", cost, at, expiry, "n");
  }

  private static boolean reference(
      Map<String, LimitCounter> counters, EpochPolicySet held, ProbeToken token) {
    var claim = RequestCharges.of(held, subject(token.cost()));
    return ReferenceModel.decide(counters, claim.ask(1), token.at()).allowed();
  }

  private static String ruleDigest(EpochPolicySet held) {
    return RuleDigest.of(RequestCharges.of(held, subject(1)).applied());
  }

  private static RateLimitedRequest subject(long units) {
    var shape = new RequestShape("checkout", "/pay/now", "GET");
    return new RateLimitedRequest("acme", shape, _ -> "", units, Optional.of("run-1"));
  }

  private static int admittedOf(int requests) {
    int admitted = 0;
    for (int i = 0; i < requests; i++) {
      admitted += ask(Map.of()).statusCode() == 204 ? 1 : 0;
    }
    return admitted;
  }

  private static HttpResponse<String> probe(String token) {
    return ask(Map.of(DecideHeaders.TOKEN, token));
  }

  private static HttpResponse<String> ask(Map<String, String> more) {
    return estate.get("/v1/decide", Estate.question("acme", "/pay/now", more));
  }

  private static boolean isProbe(HttpResponse<String> response) {
    return header(response, DecideHeaders.PROBE).equals("1");
  }

  private static String header(HttpResponse<String> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }
}
