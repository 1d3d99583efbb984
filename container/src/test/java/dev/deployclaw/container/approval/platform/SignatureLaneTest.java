package dev.deployclaw.container.approval.platform;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.container.approval.BotFramework;
import dev.deployclaw.container.approval.platform.BotTokenVerifier.TokenCheck;
import dev.deployclaw.container.config.ApprovalChannelConfig.Platform;
import dev.deployclaw.container.http.SignedToken;
import dev.deployclaw.container.notification.NotificationHttpClient;
import dev.deployclaw.testkit.BoundedWait;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Signatures of a channel are checked one at a time; what needs none waits for no other. */
class SignatureLaneTest {
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private final InstantSource time = InstantSource.system();
  private final BotFramework framework = new BotFramework(time);
  private final NotificationHttpClient http = new NotificationHttpClient(LONGEST);
  private final BotTokenVerifier tokens =
      new BotTokenVerifier((Platform.Teams) framework.channel("reviews").platform(), http, time);

  @AfterEach
  void stop() {
    http.close();
    framework.close();
  }

  @Test
  void aTokenOfTeamsWaitsForTheCheckBeforeIt() throws Exception {
    assertThat(tokens.check(framework.token())).isInstanceOf(TokenCheck.Genuine.class);
    tokens.lane.enter();

    var waits = start(() -> tokens.check(framework.token()));

    BoundedWait.until("it waits", LONGEST, tokens.lane.turn::hasQueuedThreads);
    assertThat(waits).isNotDone();
    tokens.lane.leave();
    assertThat(get(waits)).isInstanceOf(TokenCheck.Genuine.class);
  }

  /** Else a stranger's token, for which keys are asked, would hold up everybody's. */
  @Test
  void whatEndsBeforeItsSignatureIsCheckedDoesNotWait() throws Exception {
    tokens.lane.enter();
    try {
      var shapeless = start(() -> tokens.check("no.token"));
      var strangers = start(() -> tokens.check(framework.token(SignedToken.key("stranger"))));

      assertThat(get(shapeless)).isInstanceOf(TokenCheck.Refused.class);
      assertThat(get(strangers)).isInstanceOf(TokenCheck.Refused.class);
    } finally {
      tokens.lane.leave();
    }
  }

  /** Else the next one would wait for ever. */
  @Test
  void theLaneIsFreeAfterEachCheckHoweverItEnds() throws Exception {
    var forged = framework.token().replaceFirst("[^.]{8}$", "AAAAAAAA");

    assertThat(get(start(() -> tokens.check(forged)))).isInstanceOf(TokenCheck.Refused.class);
    assertThat(get(start(() -> tokens.check(framework.token()))))
        .isInstanceOf(TokenCheck.Genuine.class);
  }

  @Test
  void aSignedCallWaitsForTheCheckBeforeIt() throws Exception {
    var calls = new SignedCallCheck(time);
    calls.lane.enter();

    long now = time.instant().getEpochSecond();
    var waits = start(() -> calls.objection(now, "signature", () -> "signature"));

    BoundedWait.until("it waits", LONGEST, calls.lane.turn::hasQueuedThreads);
    calls.lane.leave();
    assertThat(get(waits)).isEqualTo(Optional.empty());
  }

  private static <T> Future<T> start(Callable<T> work) {
    var threads = Executors.newVirtualThreadPerTaskExecutor();
    var started = threads.submit(work);
    threads.shutdown();
    return started;
  }

  private static <T> T get(Future<T> started) throws Exception {
    return started.get(LONGEST.toSeconds(), TimeUnit.SECONDS);
  }
}
