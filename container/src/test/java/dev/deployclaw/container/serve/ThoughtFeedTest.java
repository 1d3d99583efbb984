package dev.deployclaw.container.serve;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.core.log.Recorder.Head;
import dev.deployclaw.core.log.Recorder.Sealed;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ThoughtFeedTest {
  private final ThoughtFeed feed = new ThoughtFeed();

  @Test
  void givesWhatCameAfterANumber() {
    append("a", 1, 3);

    assertThat(numbers("a", 1)).containsExactly(2L, 3L);
    assertThat(numbers("a", 3)).isEmpty();
  }

  @Test
  void saysWhenItDoesNotHoldAll() {
    append("a", 1, 600);

    assertThat(feed.after("a", 0)).isEmpty();
    assertThat(feed.after("b", 0)).isEmpty();
    assertThat(numbers("a", 598)).containsExactly(599L, 600L);
  }

  @Test
  void keepsOnlyTheLastExecutions() {
    for (int i = 0; i < 100; i++) {
      append("x" + i, 1, 1);
    }

    assertThat(feed.after("x0", 0)).isEmpty();
    assertThat(feed.after("x99", 0)).isPresent();
  }

  @Test
  void takesARecordThatComesAgainOnce() {
    append("a", 1, 2);
    append("a", 2, 2);

    assertThat(numbers("a", 0)).containsExactly(1L, 2L);
  }

  @Test
  void wakesThoseWhoListenUntilTheyLeave() throws Exception {
    var woken = new AtomicInteger();
    try (var _ = feed.subscribe("a", woken::incrementAndGet)) {
      append("a", 1, 2);
      append("b", 1, 1);
    }
    append("a", 3, 3);

    assertThat(woken).hasValue(2);
  }

  private void append(String execution, long from, long to) {
    for (long seq = from; seq <= to; seq++) {
      feed.appended(execution, new Sealed(new byte[0], new Head(seq, "")));
    }
  }

  private List<Long> numbers(String execution, long after) {
    return feed.after(execution, after).orElseThrow().stream().map(s -> s.head().seq()).toList();
  }
}
