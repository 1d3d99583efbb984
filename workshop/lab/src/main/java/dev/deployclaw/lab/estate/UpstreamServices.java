package dev.deployclaw.lab.estate;

import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.server.NginxServer;
import dev.deployclaw.testkit.server.ServerSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The services behind the gateways: one NGINX that answers 200 on a port for each service. */
record UpstreamServices(Map<String, String> addresses) {
  /** For a configuration: {@code service: "address"}, separated by commas. */
  String text() {
    return addresses.entrySet().stream()
        .map(e -> "%s: \"%s\"".formatted(e.getKey(), e.getValue()))
        .collect(Collectors.joining(", "));
  }

  static UpstreamServices start(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("tmp"));
    var ports = new TreeMap<String, Integer>();
    ReferenceScenario.SERVICES.forEach(service -> ports.put(service, FreePortFinder.free()));
    var servers = new StringBuilder();
    ports.forEach((service, port) ->
        servers.append(
            "    server { listen %s; location / { return 200 \"%s\\n\"; } }\n"
                .formatted(HostPort.loopback(port).toString(), service)));
    var config = folder.resolve("nginx.conf");
    Files.writeString(
        config,
        ResourceTemplate.fill(
            "upstream.conf", Map.of("FOLDER", folder.toString(), "SERVERS", servers.toString())));
    NginxServer.start(ServerSource.processes(), folder, config).leave();
    var addresses = new TreeMap<String, String>();
    ports.forEach((service, port) -> addresses.put(service, HostPort.loopback(port).toString()));
    return new UpstreamServices(addresses);
  }
}
