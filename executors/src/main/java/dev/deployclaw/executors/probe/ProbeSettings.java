package dev.deployclaw.executors.probe;

import dev.deployclaw.core.environment.InterruptibleSupplier;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.executors.member.BoundedFanout;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How synthetic requests enter.
 *
 * @param entrances asked again for each validation: pods come and go
 * @param privateKey Ed25519, PKCS #8, base64; its public half stands in the policy set
 * @param lanesAtOnce sequences of requests that are sent side by side
 * @param answer for one exchange
 * @param pace of the requests that test a policy set; a heartbeat has none
 */
public record ProbeSettings(
    InterruptibleSupplier<Found> entrances,
    String privateKey,
    int lanesAtOnce,
    Duration answer,
    Pace pace) {

  /**
   * How requests follow each other.
   *
   * @param shortest between two that start, however quick answers are
   * @param longest the same, however slow they are
   * @param warmsUp whether each entrance is asked once before, by a request of no consequence
   */
  public record Pace(Duration shortest, Duration longest, boolean warmsUp) {
    /** As traffic comes, so that probes don't wait for each other. */
    static final Pace OF_TRAFFIC = new Pace(Duration.ofNanos(500_000), Duration.ofMillis(2), true);

    /** As fast as answers come. */
    static final Pace NONE = new Pace(Duration.ZERO, Duration.ZERO, false);
  }

  public static ProbeSettings of(List<Entrance> entrances, String privateKey) {
    return of(() -> new Found(entrances, List.of()), privateKey);
  }

  public static ProbeSettings of(InterruptibleSupplier<Found> entrances, String privateKey) {
    return new ProbeSettings(entrances, privateKey, 8, Duration.ofSeconds(5), Pace.OF_TRAFFIC);
  }

  /** The same, with another time for one exchange. */
  ProbeSettings answeringWithin(Duration time) {
    return new ProbeSettings(entrances, privateKey, lanesAtOnce, time, pace);
  }

  /** The same at another pace. */
  ProbeSettings at(Pace other) {
    return new ProbeSettings(entrances, privateKey, lanesAtOnce, answer, other);
  }

  @Override
  public String toString() {
    return "ProbeSettings[privateKey=***]";
  }

  /**
   * @param closed of gateways that nothing can enter, or of which that can't be told
   */
  public record Found(List<Entrance> open, List<MemberReport> closed) {
    public Found {
      open = List.copyOf(open);
      closed = List.copyOf(closed);
    }

    /** The same, where nothing is asked of these gateways. */
    Found without(Set<String> gateways) {
      var outside =
          Stream.concat(
                  open.stream().map(Entrance::member), closed.stream().map(MemberReport::member))
              .filter(member -> isOneOf(gateways, member))
              .map(m -> MemberReport.skipped(m, "it is left out: nothing is asked of it"));
      return new Found(
          open.stream().filter(e -> !isOneOf(gateways, e.member())).toList(),
          Stream.concat(closed.stream().filter(r -> !isOneOf(gateways, r.member())), outside)
              .toList());
    }

    private static boolean isOneOf(Set<String> gateways, String member) {
      return gateways.stream().anyMatch(g -> member.equals(g) || member.startsWith(g + "/"));
    }
  }

  /**
   * One listening port.
   *
   * @param name of its gateway, as in the policy set
   * @param url scheme, host and port
   * @param pod which of the gateway's instances it is; empty where it has but one way in
   */
  public record Entrance(String name, String namespace, URI url, String pod)
      implements BoundedFanout.Member {
    @Override
    public String member() {
      return "gateway/" + namespace + "/" + name + (pod.isEmpty() ? "" : "/" + pod);
    }
  }
}
