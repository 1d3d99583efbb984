package dev.deployclaw.container.http.session;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ConsoleSessionStoreTest {
  private static final SessionCredential TOKEN = new SessionCredential.FileToken("hash");
  private static final SessionCredential OTHER = new SessionCredential.FileToken("other");

  private static final Duration MOMENT = Duration.ofSeconds(1);

  private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1);
  private final ConsoleSessionStore store = new ConsoleSessionStore(nanos::get);

  @Test
  void knowsASessionByItsSecretUntilItIsClosed() {
    String secret = store.open("olivia", TOKEN);

    var session = store.find(secret, true).orElseThrow();
    assertThat(session.name()).isEqualTo("olivia");
    assertThat(session.credential()).isEqualTo(TOKEN);
    assertThat(session.csrfToken()).hasSize(64).isNotEqualTo(secret);
    assertThat(session.toString()).doesNotContain("hash", session.csrfToken());
    assertThat(store.find(store.open("ann", OTHER), true)).isNotEqualTo(session);

    store.close(secret);

    assertThat(store.find(secret, true)).isEmpty();
  }

  @Test
  void endsWhatIsNotUsedThoughItsPageLooksByItself() {
    String secret = store.open("olivia", TOKEN);
    pass(ConsoleSessionStore.LONGEST_IDLE.minus(MOMENT));
    assertThat(store.find(secret, false)).isPresent();

    pass(MOMENT);

    assertThat(store.find(secret, true)).isEmpty();
    assertThat(store.size()).isZero();
  }

  @Test
  void useKeepsASessionAndNoUseKeepsItLongerThanADay() {
    String secret = store.open("olivia", TOKEN);
    var used = Duration.ZERO;
    var step = ConsoleSessionStore.LONGEST_IDLE.minus(MOMENT);
    while (used.plus(step).compareTo(ConsoleSessionStore.LONGEST) < 0) {
      pass(step);
      used = used.plus(step);
      assertThat(store.find(secret, true)).isPresent();
    }

    pass(ConsoleSessionStore.LONGEST.minus(used));

    assertThat(store.find(secret, true)).isEmpty();
  }

  @Test
  void aCallerHasSoManyAndTheOneUsedLongestAgoEnds() {
    var secrets = new ArrayList<String>();
    for (int i = 0; i < ConsoleSessionStore.MOST_OF_ONE; i++) {
      secrets.add(store.open("olivia", TOKEN));
      pass(MOMENT);
    }
    String others = store.open("ann", OTHER);
    store.find(secrets.getFirst(), true);
    pass(MOMENT);

    String newest = store.open("olivia", TOKEN);

    assertThat(store.find(secrets.get(1), true)).isEmpty();
    assertThat(store.find(secrets.getFirst(), true)).isPresent();
    assertThat(store.find(newest, true)).isPresent();
    assertThat(store.find(others, true)).isPresent();
  }

  @Test
  void allTogetherAreBounded() {
    for (int i = 0; i < ConsoleSessionStore.MOST + 1; i++) {
      store.open("caller-" + i, TOKEN);
    }

    assertThat(store.size()).isEqualTo(ConsoleSessionStore.MOST);
  }

  private void pass(Duration time) {
    nanos.addAndGet(time.toNanos());
  }
}
