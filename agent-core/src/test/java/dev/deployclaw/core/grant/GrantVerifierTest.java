package dev.deployclaw.core.grant;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Grant;
import dev.deployclaw.core.spi.Grant.Purpose;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.ObservedState;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.redis.CanaryCohort;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class GrantVerifierTest {
  private static final Duration DEADLINE = Duration.ofSeconds(30);
  private static final FencingToken FENCE = new FencingToken("agent", 7);
  private static final Purpose PURPOSE = new Purpose("arch-1", "plan", 5);
  private static final EpochSpec ACTIVATION = activation(8, "digest", 0);

  private Instant now = Instant.parse("2026-11-26T12:00:00Z");
  private final GrantKey key = GrantKey.random();
  private final GrantIssuer grants = new GrantIssuer(key, () -> now);
  private final GrantVerifier check = new GrantVerifier(key, () -> now, OperationAllowlist.KERNEL);

  @Test
  void admitsACallWithItsGrantOnce() {
    var call = granted(new ExecutorCall.Publish(ACTIVATION));

    assertThat(check.refusal(call)).isEmpty();
    assertThat(check.refusal(call).orElseThrow())
        .isEqualTo("redis.publish was refused at the sandbox: its grant was used before");
  }

  @Test
  void admitsEachOfSeveralLikeCalls() {
    for (int i = 0; i < 3; i++) {
      assertThat(check.refusal(granted(new ExecutorCall.Converge(ACTIVATION)))).isEmpty();
    }
  }

  @Test
  void refusesACallWithoutAGrant() {
    assertThat(check.refusal(bare("redis", new ExecutorCall.Publish(ACTIVATION))).orElseThrow())
        .contains("redis.publish", "it came without a grant");
  }

  @Test
  void refusesAForgedGrant() {
    var forged =
        new GrantIssuer(GrantKey.random(), () -> now)
            .granted(bare("redis", new ExecutorCall.Publish(ACTIVATION)), PURPOSE);

    assertThat(check.refusal(forged).orElseThrow()).contains("seal is wrong");
  }

  @Test
  void refusesAnExpiredGrantAndStillKnowsWhatWasUsedUntilThen() {
    var used = granted(new ExecutorCall.Publish(ACTIVATION));
    var unused = granted(new ExecutorCall.Discard(3));
    assertThat(check.refusal(used)).isEmpty();

    now = now.plus(DEADLINE).minusNanos(1);
    assertThat(check.refusal(used).orElseThrow()).contains("used before");
    now = now.plusNanos(1);

    assertThat(check.refusal(unused).orElseThrow())
        .contains("its grant expired at 2026-11-26T12:00:30Z");
    assertThat(check.refusal(used).orElseThrow()).contains("expired");
  }

  @Test
  void refusesWhatIsNotInTheTable() {
    assertThat(
            check.refusal(granted("redis", new ExecutorCall.Look("exec", Map.of()))).orElseThrow())
        .contains("redis.exec", "table of operations");
    assertThat(check.refusal(granted("docker", new ExecutorCall.Publish(ACTIVATION))).orElseThrow())
        .contains("docker.publish", "table of operations");
    assertThat(check.refusal(granted("rеdis", new ExecutorCall.Publish(ACTIVATION))).orElseThrow())
        .as("a look-alike name")
        .contains("table of operations");
  }

  @Test
  void aLookSpelledLikeAnActIsNone() {
    assertThat(
            check
                .refusal(granted("redis", new ExecutorCall.Look("publish", Map.of())))
                .orElseThrow())
        .contains("table of operations");
    assertThat(OperationAllowlist.KERNEL.of("redis", new ExecutorCall.Look("lost", Map.of())))
        .isEmpty();
  }

  @Test
  void whatActivatesOrDestroysNeedsAnExecution() {
    var publish = bare("redis", new ExecutorCall.Publish(ACTIVATION));
    var discard = bare("redis", new ExecutorCall.Discard(3));
    var look = bare("redis", new ExecutorCall.Look("scan", Map.of()));

    assertThat(check.refusal(grants.granted(publish, Purpose.NONE)).orElseThrow())
        .contains("activate needs an execution");
    assertThat(check.refusal(grants.granted(discard, Purpose.NONE)).orElseThrow())
        .contains("destroy needs an execution");
    assertThat(check.refusal(grants.granted(look, Purpose.NONE))).isEmpty();
  }

  /**
   * @param part that is edited
   * @param says how the refusal names it
   */
  record Edit(String part, UnaryOperator<Grant> by, String says) {
    @Override
    public String toString() {
      return part;
    }
  }

  static List<Edit> edits() {
    return List.of(
        new Edit("number", g -> edited(g, "x-1", g.purpose(), g.expires()), "seal is wrong"),
        new Edit("execution", g -> purpose(g, new Purpose("arch-2", "plan", 5)), "seal is wrong"),
        new Edit("plan", g -> purpose(g, new Purpose("arch-1", "other", 5)), "seal is wrong"),
        new Edit("step", g -> purpose(g, new Purpose("arch-1", "plan", 6)), "seal is wrong"),
        new Edit(
            "expiry",
            g -> edited(g, g.number(), g.purpose(), g.expires().plusSeconds(3600)),
            "seal is wrong"),
        new Edit("seal", g -> g.sealed("00".repeat(32)), "seal is wrong"),
        new Edit("no seal", g -> g.sealed(""), "seal is wrong"),
        new Edit("executor", g -> bound(g, "gateway", "publish", g.arguments()), "executor"),
        new Edit("operation", g -> bound(g, "redis", "stage", g.arguments()), "operation"),
        new Edit("arguments", g -> bound(g, "redis", "publish", "00"), "other arguments"));
  }

  @ParameterizedTest
  @MethodSource("edits")
  void refusesAnEditedGrantAndSaysWhatDiffers(Edit edit) {
    var call = granted(publish());

    var refusal = check.refusal(call.with(edit.by().apply(call.grant().orElseThrow())));

    assertThat(refusal.orElseThrow()).contains(edit.says());
    assertThat(check.refusal(call)).as("the true grant is still unused").isEmpty();
  }

  /** Each part of a call that a grant is bound to. */
  static List<Invocation> calls() {
    var found = new TreeMap<String, List<Map<String, Object>>>();
    found.put("redis", List.of(Map.of("member", "a", "digest", "d")));
    var others =
        List.of(
            activation(9, "digest", 0),
            activation(8, "other", 0),
            activation(8, "digest", 1),
            ACTIVATION.named("arch-2"),
            ACTIVATION.without(List.of("redis/a")),
            ACTIVATION.at(
                0,
                Optional.of(
                    new EpochSpec.Candidate(9, "c", PolicySet.EMPTY, new CanaryCohort(500)))),
            new EpochSpec(
                "arch-1", 8, "digest", PolicySet.EMPTY, 6, Optional.empty(), Optional.empty()),
            new EpochSpec(
                "arch-1",
                8,
                "digest",
                PolicySet.EMPTY,
                7,
                Optional.empty(),
                true,
                Optional.empty(),
                0,
                Optional.empty(),
                Set.of()),
            new EpochSpec(
                "arch-1",
                8,
                "digest",
                PolicySet.EMPTY,
                7,
                Optional.empty(),
                true,
                Optional.of(new ObservedState(found)),
                0,
                Optional.empty(),
                Set.of()));
    var out = new ArrayList<Invocation>();
    others.forEach(a -> out.add(bare("redis", new ExecutorCall.Publish(a))));
    out.add(new Invocation("redis", publish(), new FencingToken("agent", 8), DEADLINE));
    out.add(new Invocation("redis", publish(), new FencingToken("another", 7), DEADLINE));
    out.add(new Invocation("redis", publish(), FENCE, DEADLINE.plusNanos(1)));
    return out;
  }

  @ParameterizedTest
  @MethodSource("calls")
  void refusesAnEditedCall(Invocation edited) {
    var grant = granted(publish()).grant().orElseThrow();

    assertThat(check.refusal(edited.with(grant)).orElseThrow()).contains("other arguments");
  }

  @Test
  void bindsWhatOtherCallsCarry() {
    var edit = new ExecutorCall.WriteBack.Edit("arch-1", "acme.yaml", "d", "text");
    var other = new ExecutorCall.WriteBack.Edit("arch-1", "acme.yaml", "d", "another text");

    refusesInPlaceOf(
        new ExecutorCall.WriteBack(List.of(edit)), new ExecutorCall.WriteBack(List.of(other)));
    refusesInPlaceOf(new ExecutorCall.Discard(3), new ExecutorCall.Discard(4));
    refusesInPlaceOf(new ExecutorCall.Probe(ACTIVATION, 5), new ExecutorCall.Probe(ACTIVATION, 6));
    refusesInPlaceOf(look(List.of("a", "b")), look(List.of("ab")));
  }

  private void refusesInPlaceOf(ExecutorCall asked, ExecutorCall done) {
    String executor =
        switch (asked) {
          case ExecutorCall.WriteBack _ -> "sources";
          case ExecutorCall.Probe _ -> "probe";
          default -> "redis";
        };
    var grant = granted(executor, asked).grant().orElseThrow();

    assertThat(check.refusal(bare(executor, done).with(grant)).orElseThrow())
        .contains("other arguments");
    assertThat(check.refusal(bare(executor, asked).with(grant))).isEmpty();
  }

  /** A grant that many use at the same moment lets one through. */
  @Test
  void letsOneOfManyAtOnceThrough() throws Exception {
    var call = granted(publish());
    Callable<Boolean> attempt = () -> check.refusal(call).isEmpty();

    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var answers = threads.invokeAll(IntStream.range(0, 64).mapToObj(_ -> attempt).toList());
      int through = 0;
      for (var answer : answers) {
        through += answer.get() ? 1 : 0;
      }
      assertThat(through).isEqualTo(1);
    }
  }

  @Test
  void printsNoKey() {
    assertThat(key.toString()).isEqualTo("GrantKey[***]");
  }

  private static ExecutorCall publish() {
    return new ExecutorCall.Publish(ACTIVATION);
  }

  private static ExecutorCall look(List<String> keys) {
    return new ExecutorCall.Look("counters", Map.of("keys", keys));
  }

  private Invocation granted(ExecutorCall call) {
    return granted("redis", call);
  }

  private Invocation granted(String executor, ExecutorCall call) {
    return grants.granted(bare(executor, call), PURPOSE);
  }

  private static Invocation bare(String executor, ExecutorCall call) {
    return new Invocation(executor, call, FENCE, DEADLINE);
  }

  private static EpochSpec activation(long epoch, String digest, long step) {
    return new EpochSpec(
            "arch-1", epoch, digest, PolicySet.EMPTY, 7, Optional.empty(), Optional.empty())
        .at(step, Optional.empty());
  }

  private static Grant purpose(Grant g, Purpose purpose) {
    return edited(g, g.number(), purpose, g.expires());
  }

  private static Grant edited(Grant g, String number, Purpose purpose, Instant expires) {
    return new Grant(number, purpose, g.executor(), g.verb(), g.arguments(), expires, g.seal());
  }

  private static Grant bound(Grant g, String executor, String verb, String arguments) {
    return new Grant(g.number(), g.purpose(), executor, verb, arguments, g.expires(), g.seal());
  }
}
