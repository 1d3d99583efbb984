package dev.deployclaw.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.testkit.Firewall.Packets;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.SortedSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FirewallTest {
  private static final Duration DELAY = Duration.ofMillis(80);
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int SAMPLES = 5;

  @TempDir Path folder;

  private Firewall firewall;
  private RedisNode node;

  @BeforeEach
  void start() {
    var obstacle = Firewall.obstacle();
    assumeTrue(obstacle.isEmpty(), () -> "no rules here: " + obstacle.orElse(""));
    firewall = Firewall.of(folder.resolve("mine"));
    node = RedisNode.start(folder.resolve("node"));
  }

  @AfterEach
  void stop() throws Firewall.Refused {
    if (node != null) {
      firewall.clear();
      node.close();
    }
  }

  @Test
  void knowsWhereADaemonListens() {
    assertThat(node.daemon().ports()).containsExactly(node.address().port());

    node.daemon().kill();

    assertThat(node.daemon().ports()).isEmpty();
  }

  @Test
  void whatIsDroppedNeverArrivesUntilItIsCleared() throws Exception {
    try (RedisNode other = RedisNode.start(folder.resolve("other"))) {
      firewall.drop(Packets.between(node.daemon().ports()));

      assertThatThrownBy(() -> node.call("PING"))
          .isInstanceOf(UncheckedIOException.class)
          .hasMessageContaining("timed out");
      assertThat(other.call("PING")).isEqualTo("PONG");

      Firewall.of(folder.resolve("mine")).clear();

      assertThat(node.call("PING")).isEqualTo("PONG");
      assertThat(firewall.rules()).isEmpty();
    }
  }

  @Test
  void clearingTouchesNoOtherFolder() throws Exception {
    Firewall other = Firewall.of(folder.resolve("other"));
    try {
      firewall.drop(Packets.to(node.daemon().ports()));
      other.drop(Packets.from(node.daemon().ports()).sentTo("127.1.2.3"));
      var others = other.rules();

      firewall.clear();
      firewall.clear();

      assertThat(firewall.rules()).isEmpty();
      assertThat(other.rules()).isEqualTo(others).hasSize(2);
      assertThat(node.call("PING")).isEqualTo("PONG");
    } finally {
      other.clear();
    }
    assertThat(other.rules()).isEmpty();
  }

  @Test
  void delayedPacketsComeLaterAndInOrder() throws Exception {
    SortedSet<Integer> ports = node.daemon().ports();
    Duration before = best();
    int queue = Ports.free();
    PacketDelay delay = PacketDelay.start(folder.resolve("slow"), queue, DELAY);
    firewall.queue(Packets.to(ports), queue);

    Duration slow = best();

    assertThat(slow).isGreaterThanOrEqualTo(DELAY);
    assertThat(before).isLessThan(DELAY);
    assertThat(node.call("ECHO", "x".repeat(200_000))).hasSize(200_000);

    delay.daemons().forEach(Daemon::kill);

    Await.until("packets go on without the process", LONG, () -> best().compareTo(DELAY) < 0);
  }

  @Test
  void aQueueThatIsTakenIsRefused() {
    int queue = Ports.free();
    try (PacketDelay first = PacketDelay.start(folder.resolve("first"), queue, DELAY)) {
      assertThatThrownBy(() -> PacketDelay.start(folder.resolve("second"), queue, DELAY))
          .hasMessageContaining("the kernel refused the queue");
      assertThat(first.daemons()).allMatch(Daemon::alive);
    }
  }

  @Test
  void aRefusalNamesTheRemedy() {
    assertThat(Firewall.reason("iptables: Permission denied (you must be root)"))
        .contains("needs root", "NET_ADMIN", "sudo");
    assertThat(Firewall.reason("Extension NFQUEUE is not supported, missing kernel module?\nTry x"))
        .contains("missing kernel module?", "netfilter and NFQUEUE")
        .doesNotContain("Try x");
  }

  /** The best of some round trips on a connection of its own, without its opening. */
  private Duration best() {
    try (Resp resp = Resp.connect(node.address())) {
      long best = Long.MAX_VALUE;
      for (int i = 0; i < SAMPLES; i++) {
        long from = System.nanoTime();
        assertThat(resp.call("PING")).isEqualTo("PONG");
        best = Math.min(best, System.nanoTime() - from);
      }
      return Duration.ofNanos(best);
    } catch (java.io.IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
