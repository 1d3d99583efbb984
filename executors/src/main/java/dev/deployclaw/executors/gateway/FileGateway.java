package dev.deployclaw.executors.gateway;

import dev.deployclaw.core.spi.EpochSpec;
import dev.deployclaw.executors.member.BoundedFanout;
import dev.deployclaw.executors.nginx.DesiredGatewayFile;
import dev.deployclaw.executors.nginx.EpochFolder;
import dev.deployclaw.executors.nginx.GatewayInspector;
import dev.deployclaw.policy.gateway.GatewaySite;
import dev.deployclaw.policy.model.DnsLabel;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A gateway that reads {@code folder/live/nginx.conf}, where {@code live} is a link to {@code
 * epochs/<E>}.
 *
 * @param folder absolute; NGINX was started with it on its command line
 * @param binary the NGINX whose parser must accept a file
 * @param pidFile names the running master process
 * @param url scheme, host and port by which the agent reaches it
 * @param watcher the folder in which the gateway's own watcher reports, where the agent may not see
 *     and signal NGINX itself
 */
public record FileGateway(
    String name,
    String namespace,
    Path folder,
    Path binary,
    Path pidFile,
    URI url,
    GatewaySite site,
    Optional<Path> watcher)
    implements BoundedFanout.Member {
  static final String REMEDY =
      "put its file at epochs/0/nginx.conf, link live to epochs/0, and start NGINX with"
          + " -c <folder>/live/nginx.conf";

  public FileGateway {
    DnsLabel.label("gateway", name);
    DnsLabel.label("namespace", namespace);
    folder = folder.toAbsolutePath().normalize();
  }

  @Override
  public String member() {
    return "gateway/" + namespace + "/" + name;
  }

  /** Who it is, for a look. */
  GatewayInspector.Subject subject() {
    return new GatewayInspector.Subject(
        member(),
        url,
        new EpochFolder(folder),
        REMEDY,
        Map.of("member", member(), "name", name, "namespace", namespace, "url", url.toString()));
  }

  /** What its file must be at the epoch. */
  DesiredGatewayFile file(EpochSpec activation) throws IOException {
    return DesiredGatewayFile.of(activation, name, member(), site)
        .orAdopted(() -> new EpochFolder(folder).file(0, EpochFolder.FILE));
  }

  /**
   * The same file for the agent's eyes, with all that NGINX writes in another folder; empty where
   * the epoch's file isn't rendered, but put back as it was found.
   */
  Optional<byte[]> copy(EpochSpec activation, Path writesTo) {
    return DesiredGatewayFile.copy(activation, name, member(), site.writingTo(writesTo));
  }

  /** Whether the gateway may write the very program that the agent would start. */
  boolean holdsItsParser() throws IOException {
    return binary.toRealPath().startsWith(folder.toRealPath());
  }

  /** A folder that NGINX is to write to, and that isn't there. */
  Optional<Path> missingFolder() {
    return Stream.of(site.pidFile(), site.accessLog())
        .map(file -> file.resolveSibling(""))
        .filter(writes -> !Files.isDirectory(writes))
        .findFirst();
  }
}
