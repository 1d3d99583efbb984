package dev.deployclaw.lab;

import dev.deployclaw.policy.model.TenantPolicy;
import dev.deployclaw.testkit.HostPort;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The text of the {@code deployclaw.yaml} that tells the agent of a lab. Paths in it are relative
 * to its own folder.
 */
record EstateFile(Backends backends, List<LabGateway> gateways, Upstreams upstreams) {

  /**
   * Where the back ends are.
   *
   * @param services URL by namespace
   */
  record Backends(
      String etcd, List<HostPort> redis, S3Access s3, String nats, Map<String, String> services) {}

  /** How the bucket is reached; the keys stand in files beside the configuration. */
  record S3Access(String endpoint, String bucket, Path accessKeyFile, Path secretKeyFile) {}

  static final String ETCD_PREFIX = "/deployclaw/lab/";

  String text() {
    return """
    # written by `deployclaw lab up`; this lab only
    stateDir: ../state
    etcd: {endpoints: ["%s"], prefix: %s}
    redis: {nodes: [%s]}
    s3: {endpoint: "%s", bucket: %s, accessKeyFile: "%s", secretKeyFile: "%s"}
    nats: {url: "%s"}
    gate: {default: auto}
    configurationStores:
      - {name: limits, endpoints: ["%s"], prefix: /services/lab/}
    rateLimitServices:
    %s
    policySources:
    %s
    gateways:
    %s
    """
        .formatted(
            backends.etcd(),
            ETCD_PREFIX,
            redisNodes(),
            backends.s3().endpoint(),
            backends.s3().bucket(),
            backends.s3().accessKeyFile(),
            backends.s3().secretKeyFile(),
            backends.nats(),
            backends.etcd(),
            services(),
            sources(),
            gateways.stream().map(this::gateway).collect(Collectors.joining("\n")));
  }

  private String redisNodes() {
    return backends.redis().stream()
        .map(n -> "\"" + n.host() + ":" + n.port() + "\"")
        .collect(Collectors.joining(", "));
  }

  private String services() {
    return backends.services().entrySet().stream()
        .map(e -> "  - {namespace: %s, url: \"%s\"}".formatted(e.getKey(), e.getValue()))
        .collect(Collectors.joining("\n"));
  }

  private static String sources() {
    return Scenario.policies().entrySet().stream()
        .map(e ->
            "  - {folder: policies/%s, namespace: %s, tenants: [%s]}"
                .formatted(e.getKey(), e.getKey(), tenants(e.getValue())))
        .collect(Collectors.joining("\n"));
  }

  private static String tenants(List<TenantPolicy> policies) {
    return policies.stream().map(p -> p.tenant()).collect(Collectors.joining(", "));
  }

  private String gateway(LabGateway g) {
    var routes =
        g.gateway().routes().stream()
            .map(r -> "{prefix: %s, service: %s}".formatted(r.prefix(), r.service()))
            .collect(Collectors.joining(", "));
    var targets =
        upstreams.addresses().entrySet().stream()
            .map(e -> "%s: \"%s\"".formatted(e.getKey(), e.getValue()))
            .collect(Collectors.joining(", "));
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
            Scenario.HOST_SUFFIX,
            routes,
            targets);
  }
}
