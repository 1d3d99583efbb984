package dev.deployclaw.executors.docker;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.executors.member.BoundedFanout;
import dev.deployclaw.executors.nginx.DesiredGatewayFile;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.policy.model.DnsLabel;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A gateway in a container, whose NGINX reads {@code inside/live/nginx.conf}, where {@code live} is
 * a link to {@code epochs/<E>}. The container is found again for each call, so it may be replaced
 * by another one of its name or label.
 *
 * @param inside the folder as the container sees it, absolute, below one of its mounts
 * @param binary the NGINX in the container's image whose parser must accept a file
 * @param url scheme, host and port by which the agent reaches it
 * @param site with paths as the container sees them
 */
public record ContainerGateway(
    String name,
    String namespace,
    Which which,
    String inside,
    Reach reach,
    String binary,
    Reload reload,
    URI url,
    GatewaySite site)
    implements BoundedFanout.Member {

  public ContainerGateway {
    DnsLabel.label("gateway", name);
    DnsLabel.label("namespace", namespace);
    inside = Path.of(inside).normalize().toString();
    absolute("inside", inside);
    absolute("binary", binary);
  }

  public sealed interface Which {
    record Named(String name) implements Which {}

    record Labelled(String key, String value) implements Which {}
  }

  /** How a file gets to where the container sees it. */
  public sealed interface Reach {
    /** The folder inside is this folder of the agent's machine, bind-mounted. */
    record Mounted(Path folder) implements Reach {
      public Mounted {
        folder = folder.toAbsolutePath().normalize();
      }
    }

    /** Through the daemon, into a volume or a bind mount that only the daemon sees. */
    record Archive() implements Reach {}
  }

  /** How NGINX is made to read its file again. */
  public enum Reload {
    /** SIGHUP to the container's first process. */
    SIGNAL,
    RESTART
  }

  @Override
  public String member() {
    return "gateway/" + namespace + "/" + name;
  }

  /** What its file must be at the epoch. */
  DesiredGatewayFile file(EpochSpec activation) {
    return DesiredGatewayFile.of(activation, name, member(), site);
  }

  /** The file for a check, which writes elsewhere; empty where it is put back as it was found. */
  Optional<byte[]> copy(EpochSpec activation) {
    return DesiredGatewayFile.copy(
        activation, name, member(), site.writingTo(Path.of(TemporaryContainer.WRITABLE)));
  }

  /** What NGINX is started with. */
  String liveFile() {
    return inside + "/live/nginx.conf";
  }

  /** What to do where the folder isn't set up. */
  String remedy() {
    return "mount a folder or volume at %s, put the gateway's file at epochs/0/nginx.conf in it, link live to epochs/0, and start NGINX with -c %s"
        .formatted(inside, liveFile());
  }

  private static void absolute(String what, String path) {
    if (!path.startsWith("/") || path.length() < 2) {
      throw new IllegalArgumentException(what + " isn't an absolute path: \"" + path + "\"");
    }
  }
}
