package dev.deployclaw.lab.estate;

import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.server.NginxServer;
import dev.deployclaw.testkit.server.ServerSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/** One gateway of the lab: a real NGINX in a folder of its own, as somebody once set it up. */
public record LabNginxGateway(Gateway gateway, Path folder, int port, String service) {
  void start(UpstreamServices upstreams) throws IOException {
    Files.createDirectories(folder.resolve("tmp"));
    var place = Map.of("FOLDER", folder.toString(), "LISTEN", HostPort.loopback(port).toString());
    lay(folder, handWritten(gateway, upstreams, place));
    var config = folder.resolve("live").resolve("nginx.conf");
    NginxServer.start(ServerSource.processes(), folder, config).leave();
  }

  public static void lay(Path folder, String text) throws IOException {
    var epoch = Files.createDirectories(folder.resolve("epochs").resolve("0"));
    Files.writeString(epoch.resolve("nginx.conf"), text);
    Files.createSymbolicLink(folder.resolve("live"), Path.of("epochs", "0"));
  }

  /** A file as somebody would write it who knew no tenants. */
  static String handWritten(
      Gateway gateway, UpstreamServices upstreams, Map<String, String> place) {
    var locations = new StringBuilder();
    for (var route : gateway.routes()) {
      locations.append(
          "        location %s { proxy_pass http://%s; }%n"
              .formatted(route.prefix(), upstreams.addresses().get(route.service())));
    }
    var values = new TreeMap<>(place);
    values.put("NAME", gateway.name());
    values.put("NAMESPACE", gateway.namespace());
    values.put("LOCATIONS", locations.toString());
    return ResourceTemplate.fill("gateway.conf", values);
  }
}
