package dev.deployclaw.audit.shipping;

import static org.assertj.core.api.Assertions.assertThat;

import dev.deployclaw.audit.shipping.ShippingTracker.Bounds;
import dev.deployclaw.audit.shipping.ShippingTracker.Mark;
import dev.deployclaw.core.log.Journal.Shipping;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What is kept in mind of logs that are shipped, and how much of it. */
class ShippingTrackerTest {
  private static final Duration AT_ONCE = Duration.ZERO;
  private final ShippingTracker ledger = new ShippingTracker(new Bounds(10, 5));

  @Test
  void keepsFewNamesOfManyLogsThatAreShipped() throws Exception {
    for (int i = 0; i < 10_000; i++) {
      ledger.appended("log-" + i, new Mark(3, 300));
      ship("log-" + i, 3);
    }

    assertThat(ledger.names()).isLessThanOrEqualTo(5);
    assertThat(ledger.now().pending()).isZero();
    assertThat(ledger.next(AT_ONCE)).isEmpty();
  }

  @Test
  void keepsFewNamesOfManyLogsThatWaitAndGoesOnSayingThatTheyDo() throws Exception {
    for (int i = 0; i < 1_000; i++) {
      ledger.appended("log-" + i, new Mark(1, 100));
    }
    assertThat(ledger.names()).isLessThanOrEqualTo(20);
    assertThat(ledger.now().pending()).isEqualTo(1_000);

    ledger.backlog(IntStream.range(10, 1_000).mapToObj(i -> "log-" + i).toList());
    assertThat(ledger.names()).isLessThanOrEqualTo(30);
    int shipped = 0;
    for (var next = ledger.next(AT_ONCE); next.isPresent(); next = ledger.next(AT_ONCE)) {
      ship(next.get(), 1);
      shipped++;
    }

    assertThat(shipped).isEqualTo(20);
    assertThat(ledger.now().pending()).isZero();
  }

  @Test
  void comesToWhatIsAppendedBeforeWhatOthersLeft() throws Exception {
    ledger.backlog(List.of("left"));
    ledger.appended("mine", new Mark(1, 100));

    assertThat(ledger.next(AT_ONCE)).contains("mine");
    ship("mine", 1);
    assertThat(ledger.next(AT_ONCE)).contains("left");
    ship("left", 7);
    assertThat(ledger.next(AT_ONCE)).isEmpty();
    assertThat(ledger.now()).isEqualTo(new Shipping(1, 0, ""));
  }

  @Test
  void countsOnlyWhatIsNewOfALogThatGoesOn() {
    ledger.appended("mine", new Mark(40, 4_000));
    ship("mine", 40);
    ledger.appended("mine", new Mark(41, 4_100));

    assertThat(ledger.now().pending()).isEqualTo(1);
    assertThat(ledger.mark("mine")).isEqualTo(new Mark(41, 4_100));
    ship("mine", 41);
    assertThat(ledger.mark("mine"))
        .as("what isn't said to be on disk isn't read")
        .isEqualTo(new Mark(41, 4_100));
  }

  @Test
  void leavesOutWhatIsStuckUntilItIsTriedAgain() throws Exception {
    ledger.appended("mine", new Mark(2, 200));
    ledger.backlog(List.of("left"));
    ledger.stuck("mine", "too large");
    ledger.stuck("left", "damaged");
    ledger.appended("mine", new Mark(3, 300));
    ledger.backlog(List.of("left"));

    assertThat(ledger.next(AT_ONCE)).isEmpty();
    assertThat(ledger.flush(Duration.ofSeconds(60)))
        .isEqualTo(new Shipping(0, 3, "too large; damaged"));

    ledger.retry();
    assertThat(ledger.next(AT_ONCE)).contains("mine");
    ship("mine", 3);
    assertThat(ledger.next(AT_ONCE)).contains("left");
  }

  @Test
  void tellsOfFewLogsThatAreStuckAndCountsTheOthers() {
    for (int i = 0; i < 100; i++) {
      ledger.appended("log-" + i, new Mark(1, 100));
      ledger.stuck("log-" + i, "why " + i);
    }

    assertThat(ledger.names()).isLessThanOrEqualTo(20);
    assertThat(ledger.now().pending()).isEqualTo(100);
    assertThat(ledger.now().reason()).isEqualTo("why 0; why 1; why 2; and 7 more logs");
  }

  @Test
  void beginsAnewWithALogThatIsAnotherOne() throws Exception {
    ledger.appended("mine", new Mark(5, 500));
    ship("mine", 5);
    ledger.anew("mine");

    assertThat(ledger.next(AT_ONCE)).isEqualTo(Optional.of("mine"));
    assertThat(ledger.mark("mine")).isEqualTo(Mark.WHATEVER_IS_THERE);
  }

  private void ship(String execution, long seq) {
    ledger.shipped(execution, seq);
    ledger.done(execution);
  }
}
