package dev.deployclaw.executors.probe;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * How synthetic requests enter.
 *
 * @param entrances the gateways, named as in the policy set
 * @param privateKey Ed25519, PKCS #8, base64; its public half stands in the policy set
 * @param lanesAtOnce sequences of requests that are sent side by side
 * @param answer for one exchange
 */
public record ProbeSettings(
    List<Entrance> entrances, String privateKey, int lanesAtOnce, Duration answer) {
  public ProbeSettings {
    entrances = List.copyOf(entrances);
  }

  public static ProbeSettings of(List<Entrance> entrances, String privateKey) {
    return new ProbeSettings(entrances, privateKey, 8, Duration.ofSeconds(5));
  }

  @Override
  public String toString() {
    return "ProbeSettings[entrances=" + entrances.size() + ", privateKey=***]";
  }

  /**
   * @param url scheme, host and port of the gateway's own listening port
   */
  public record Entrance(String name, String namespace, URI url) {
    String member() {
      return "gateway/" + namespace + "/" + name;
    }
  }
}
