package dev.deployclaw.lab.estate;

import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.policy.parse.PolicyYamlWriter;
import dev.deployclaw.testkit.network.FreePortFinder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/** Gateways that read their files from folders of this machine, as policies are read, too. */
record FolderGatewayFleet(List<LabNginxGateway> gateways, UpstreamServices upstreams)
    implements GatewayFleet {
  static FolderGatewayFleet start(
      Path folder, int count, GatewayDependencies beside, ExecutorService starts)
      throws IOException, InterruptedException {
    seedPolicies(folder.resolve("policies"));
    var gateways = new ArrayList<LabNginxGateway>();
    for (var gateway : ReferenceScenario.gateways(count)) {
      var home = folder.resolve("gateways").resolve(gateway.name());
      gateways.add(
          new LabNginxGateway(
              gateway, home, FreePortFinder.free(), beside.service(gateway.namespace())));
    }
    var starting = new ArrayList<Future<?>>();
    for (var gateway : gateways) {
      starting.add(
          starts.submit(() -> {
            gateway.start(beside.upstreams());
            return gateway;
          }));
    }
    for (var start : starting) {
      LabStartup.done(start);
    }
    return new FolderGatewayFleet(gateways, beside.upstreams());
  }

  @Override
  public String text() {
    String all = gateways.stream().map(this::gateway).collect(Collectors.joining("\n"));
    return "policySources:\n%s\n".formatted(sources())
        + (gateways.isEmpty() ? "" : "gateways:\n" + all + "\n");
  }

  @Override
  public int size() {
    return gateways.size();
  }

  @Override
  public String words() {
    return "gateways: " + gateways.size();
  }

  private static void seedPolicies(Path folder) throws IOException {
    for (var entry : ReferenceScenario.policies().entrySet()) {
      var sources = Files.createDirectories(folder.resolve(entry.getKey()));
      for (TenantPolicy policy : entry.getValue()) {
        Files.writeString(
            sources.resolve(policy.tenant() + ".yaml"), PolicyYamlWriter.yaml(policy));
      }
    }
  }

  private static String sources() {
    return ReferenceScenario.policies().entrySet().stream()
        .map(e ->
            "  - {folder: policies/%s, namespace: %s, tenants: [%s]}"
                .formatted(e.getKey(), e.getKey(), GatewayFleet.tenants(e.getValue())))
        .collect(Collectors.joining("\n"));
  }

  private String gateway(LabNginxGateway g) {
    return """
      - name: %s
        namespace: %s
        folder: gateways/%s
        foreground: true
        pidFile: gateways/%s/nginx.pid
        accessLog: gateways/%s/access.log
        listen: "127.0.0.1:%d"
        url: "http://127.0.0.1:%d"
        service: "%s"
        identity: {host: %s}
        routes: [%s]
        upstreams: {%s}\
    """
        .formatted(
            g.gateway().name(),
            g.gateway().namespace(),
            g.gateway().name(),
            g.gateway().name(),
            g.gateway().name(),
            g.port(),
            g.port(),
            g.service(),
            ReferenceScenario.HOST_SUFFIX,
            GatewayFleet.routes(g.gateway()),
            upstreams.text());
  }
}
