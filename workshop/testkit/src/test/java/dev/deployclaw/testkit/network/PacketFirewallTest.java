package dev.deployclaw.testkit.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.deployclaw.testkit.BoundedWait;
import dev.deployclaw.testkit.network.PacketFirewall.Packets;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.redis.RedisNode;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SortedSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;

final class PacketFirewallTest {
  private static final Duration DELAY = Duration.ofMillis(80);
  private static final Duration LONG = Duration.ofSeconds(60);
  private static final int SAMPLES = 5;

  @TempDir Path folder;

  private PacketFirewall firewall;
  private RedisNode node;

  @BeforeEach
  void start() {
    var obstacle = PacketFirewall.obstacle();
    assumeTrue(obstacle.isEmpty(), () -> "no rules here: " + obstacle.orElse(""));
    firewall = PacketFirewall.of(folder.resolve("mine"));
    node = RedisNode.start(folder.resolve("node"));
  }

  @AfterEach
  void stop() throws PacketFirewall.FirewallException {
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

      PacketFirewall.of(folder.resolve("mine")).clear();

      assertThat(node.call("PING")).isEqualTo("PONG");
      assertThat(firewall.rules()).isEmpty();
    }
  }

  @Test
  void aPortThatARuleCutsOffIsNotFree() throws Exception {
    int port = FreePortFinder.free();
    assertThat(FreePortFinder.isReachable(port)).isTrue();

    firewall.drop(Packets.from(List.of(port)));

    assertThat(FreePortFinder.isReachable(port)).isFalse();
  }

  @Test
  void clearingTouchesNoOtherFolder() throws Exception {
    PacketFirewall other = PacketFirewall.of(folder.resolve("other"));
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
    int queue = FreePortFinder.free();
    PacketDelay delay = PacketDelay.start(folder.resolve("slow"), queue, DELAY);
    firewall.queue(Packets.to(ports), queue);

    Duration slow = best();

    assertThat(slow).isGreaterThanOrEqualTo(DELAY);
    assertThat(before).isLessThan(DELAY);
    assertThat(node.call("ECHO", "x".repeat(200_000))).hasSize(200_000);

    delay.daemons().forEach(DaemonProcess::kill);

    BoundedWait.until("packets go on without the process", LONG, () -> best().compareTo(DELAY) < 0);
  }

  @Test
  void aQueueThatIsTakenIsRefused() {
    int queue = FreePortFinder.free();
    try (PacketDelay first = PacketDelay.start(folder.resolve("first"), queue, DELAY)) {
      assertThatThrownBy(() -> PacketDelay.start(folder.resolve("second"), queue, DELAY))
          .hasMessageContaining("the kernel refused the queue");
      assertThat(first.daemons()).allMatch(DaemonProcess::alive);
    }
  }

  @Test
  void aRefusalNamesTheRemedy() {
    assertThat(PacketFirewall.reason("iptables: Permission denied (you must be root)"))
        .contains("needs root", "NET_ADMIN", "sudo");
    assertThat(
            PacketFirewall.reason(
                "Extension NFQUEUE is not supported, missing kernel module?\nTry x"))
        .contains("missing kernel module?", "netfilter and NFQUEUE")
        .doesNotContain("Try x");
  }

  /** The best of some round trips on a connection of its own, without its opening. */
  private Duration best() {
    try (var redis = new Jedis(node.address().host(), node.address().port())) {
      long best = Long.MAX_VALUE;
      for (int i = 0; i < SAMPLES; i++) {
        long from = System.nanoTime();
        assertThat(redis.ping()).isEqualTo("PONG");
        best = Math.min(best, System.nanoTime() - from);
      }
      return Duration.ofNanos(best);
    }
  }
}
