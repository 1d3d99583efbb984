package dev.deployclaw.container.host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.deployclaw.container.config.secret.SecretRegistry;
import dev.deployclaw.container.config.secret.SecretValue;
import dev.deployclaw.container.config.secret.UnmaskedTextException;
import dev.deployclaw.core.grant.GrantKey;
import dev.deployclaw.core.grant.OperationAllowlist;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.FencingToken;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.executors.host.ExecutorHostServer;
import dev.deployclaw.executors.host.HostBounds;
import dev.deployclaw.executors.host.HostIdentity;
import dev.deployclaw.executors.host.HostSocket;
import dev.deployclaw.executors.host.HostedExecutors;
import dev.deployclaw.executors.wire.ProtocolRevisions;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Masks across the wall, by hosts that listen on a real socket. */
class HostTextMaskTest {
  private static final String HELD = "of-the-host-alone-1";
  private static final OperationAllowlist TABLE =
      OperationAllowlist.KERNEL.admitting("secrets", Set.of("mask"), Set.of());

  @TempDir Path folder;

  private final AtomicLong clock = new AtomicLong();
  private final TextMaskExecutor rationed = new TextMaskExecutor(clock::get);

  /** Answers with whatever it makes of a text. */
  private record HostMask(UnaryOperator<String> mask) implements BackendExecutor {
    @Override
    public String name() {
      return "secrets";
    }

    @Override
    public Set<String> verbs() {
      return Set.of("mask");
    }

    @Override
    public CallOutcome execute(Invocation call) {
      var look = (ExecutorCall.Look) call.call();
      String text = String.valueOf(look.arguments().get("text"));
      return new CallOutcome.Done(List.of(), Map.of("text", mask.apply(text)));
    }
  }

  /** Of a host that this test started. */
  private record StartedHost(GrantKey key) implements HostKeeper {
    @Override
    public HostState state() {
      return new HostState.Starting();
    }

    @Override
    public int starts() {
      return 1;
    }

    @Override
    public void restart(Duration atMost) {}

    @Override
    public void close() {}
  }

  @Test
  void masksWhatOnlyTheHostHolds() throws Exception {
    String typed = "set acme to 5 rps because " + HELD + " leaked";

    assertThat(masked(typed, text -> text.replace(HELD, "***")))
        .isEqualTo("set acme to 5 rps because *** leaked");
  }

  @Test
  void theHostSeesNoSecretThatTheAgentHolds() throws Exception {
    var _ = SecretValue.learnt("of-the-agent-alone-2");
    var seen = new StringBuilder();

    String kept =
        masked(
            "of-the-agent-alone-2 and " + HELD + " and password=unknown",
            text -> {
              seen.append(text);
              return text.replace(HELD, "***");
            });

    assertThat(seen.toString()).isEqualTo("*** and " + HELD + " and password=unknown");
    assertThat(kept).isEqualTo("*** and *** and password=***");
  }

  /** The form of a password doesn't cut one that the host knows whole. */
  @Test
  void masksByValueBeforeItMasksByForm() throws Exception {
    String held = "a-beginning;password=an-end";

    assertThat(masked("it is " + held, text -> text.replace(held, "***"))).isEqualTo("it is ***");
  }

  @Test
  void takesNoWordsFromTheHost() {
    for (UnaryOperator<String> lie :
        List.<UnaryOperator<String>>of(
            text -> text.replace("acme", "globex"),
            text -> text + " now",
            text -> "*** " + text,
            text -> text.replace("acme", "***acme"),
            _ -> "",
            text -> text.replace("5", "50"))) {
      assertThatThrownBy(() -> masked("set acme to 5 rps", lie))
          .isInstanceOf(UnmaskedTextException.class)
          .hasMessageContaining("isn't the text with masks");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a b c, a b c, true",
    "a b c, a *** c, true",
    "a b c, ***, true",
    "*b*, ****, true",
    "a **** b c, a **** b ***, true",
    "'', '', true",
    "'', ***, false",
    "a b c, a b c***, false",
    "a b c, c *** a, false",
    "aba, ab***ba, false",
    "abcabc, ***abc***, false",
    "xabcabcx, ***abc***, true",
    "a b c, a ** c, false",
    "a \uD83D\uDE00 c, a ***\uDE00 c, false",
    "a \uD83D\uDE00 c, a *** c, true",
  })
  void anAnswerIsTheTextButForMasks(String text, String answer, boolean fits) {
    assertThat(HostTextMask.isMasked(text, answer)).isEqualTo(fits);
  }

  @Test
  void aHostOfAnEarlierBuildMasksByFormAndTheDoctorSaysSo() throws Exception {
    var key = GrantKey.random();
    var none = new HostedExecutors(List.of(), Optional.empty(), OperationAllowlist.KERNEL);
    try (var _ = host(none, key);
        var backends = RemoteBackendsFixture.in(folder, new StartedHost(key))) {
      assertThat(backends.mask().masked(HELD + " password=x")).isEqualTo(HELD + " password=***");
      assertThat(backends.isolation().orElseThrow().missing()).containsKey("masking");
    }
  }

  @Test
  void withoutAHostNothingIsLetThrough() throws Exception {
    try (var backends = RemoteBackendsFixture.in(folder, new StartedHost(GrantKey.random()))) {
      assertThatThrownBy(() -> backends.mask().masked("set acme to 5 rps"))
          .isInstanceOf(UnmaskedTextException.class)
          .hasMessageContaining("can't be reached");
    }
  }

  @Test
  void theHostMasksEachSpellingOfWhatItHoldsAndNothingElse() throws Exception {
    var _ = SecretValue.learnt("held/in the\"host-3");
    byte[] bytes = "held/in the\"host-3".getBytes(StandardCharsets.UTF_8);

    for (String spelling :
        List.of(
            "held/in the\"host-3",
            "held/in the\\\"host-3",
            "held%2Fin%20the%22host-3",
            Base64.getEncoder().encodeToString(bytes),
            HexFormat.of().formatHex(bytes))) {
      assertThat(text(ask(spelling))).doesNotContain(spelling).startsWith("***");
    }
    assertThat(text(ask("password=abc"))).isEqualTo("password=abc");
  }

  @Test
  void theHostRationsWhatACallerCanTry() {
    String whole = "x".repeat(TextMaskExecutor.MOST_CHARACTERS);
    for (int left = TextMaskExecutor.MOST_SPARE; left > 0; left -= whole.length()) {
      assertThat(ask(whole)).isInstanceOf(CallOutcome.Done.class);
    }

    assertThat(fault(ask("x"))).isInstanceOf(CallFault.Unavailable.class);

    clock.addAndGet(Duration.ofSeconds(1).toNanos());
    int allowed = TextMaskExecutor.CHARACTERS_A_SECOND / TextMaskExecutor.LEAST_CHARGE;
    for (int i = 0; i < allowed; i++) {
      assertThat(ask("x")).isInstanceOf(CallOutcome.Done.class);
    }
    assertThat(fault(ask("x"))).isInstanceOf(CallFault.Unavailable.class);
    assertThat(fault(ask(whole + "x"))).isInstanceOf(CallFault.Invalid.class);
  }

  private String masked(String typed, UnaryOperator<String> mask) throws Exception {
    assertThat(SecretRegistry.redacted(HELD)).as("the agent").isEqualTo(HELD);
    var key = GrantKey.random();
    var hosted = new HostedExecutors(List.of(new HostMask(mask)), Optional.empty(), TABLE);
    try (var _ = host(hosted, key);
        var backends = RemoteBackendsFixture.in(folder, new StartedHost(key))) {
      return backends.mask().masked(typed);
    }
  }

  private ExecutorHostServer host(HostedExecutors hosted, GrantKey key) throws Exception {
    var identity = new HostIdentity("a test", List.of(), ProtocolRevisions.SPOKEN);
    return ExecutorHostServer.start(
        HostSocket.ownersOnly(folder.resolve("s")),
        new ExecutorHostServer.Setup(identity, hosted, key, HostBounds.DEFAULT));
  }

  private CallOutcome ask(String text) {
    var look = new ExecutorCall.Look("mask", Map.of("text", text));
    return rationed.execute(
        new Invocation("secrets", look, FencingToken.NONE, Duration.ofSeconds(1)));
  }

  private static String text(CallOutcome outcome) {
    return String.valueOf(((CallOutcome.Done) outcome).facts().get("text"));
  }

  private static CallFault fault(CallOutcome outcome) {
    return ((CallOutcome.Failed) outcome).fault();
  }
}
