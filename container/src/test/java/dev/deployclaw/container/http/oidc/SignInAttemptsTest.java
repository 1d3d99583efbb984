package dev.deployclaw.container.http.oidc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SignInAttemptsTest {
  private final AtomicLong now = new AtomicLong();
  private final SignInAttempts attempts = new SignInAttempts(now::get);

  @Test
  void aBrowserComesBackOnceAndWithItsOwnState() {
    var begun = attempts.begin("home");
    var other = attempts.begin("home");

    assertThat(attempts.take(begun.secret(), other.attempt().state())).isEmpty();
    assertThat(attempts.take("", begun.attempt().state())).isEmpty();
    assertThat(attempts.take(begun.secret(), begun.attempt().state())).contains(begun.attempt());
    assertThat(attempts.take(begun.secret(), begun.attempt().state())).isEmpty();
    assertThat(begun.attempt().toString()).doesNotContain(begun.attempt().nonce());
  }

  @Test
  void aBrowserThatIsAwayForTooLongIsForgotten() {
    var begun = attempts.begin("home");
    now.addAndGet(SignInAttempts.LONGEST.toNanos());

    assertThat(attempts.take(begun.secret(), begun.attempt().state())).isEmpty();
  }

  @Test
  void aFloodOfOneNetworkTakesItsOwnPlacesAlone() {
    var other = attempts.begin("home");
    for (int i = 0; i < 3 * SignInAttempts.MOST; i++) {
      attempts.begin("flood");
    }

    assertThat(attempts.size()).isEqualTo(SignInAttempts.MOST_OF_ONE_NETWORK + 1);
    assertThat(attempts.take(other.secret(), other.attempt().state())).isPresent();
    for (int i = 0; i < 2 * SignInAttempts.MOST; i++) {
      attempts.begin("network-" + i);
    }
    assertThat(attempts.size()).isEqualTo(SignInAttempts.MOST);
  }
}
