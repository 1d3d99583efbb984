package dev.deployclaw.container.config.reader;

import dev.deployclaw.container.config.AccessLogConfig;
import dev.deployclaw.container.config.AgentConfig.GatewayEntry;
import dev.deployclaw.container.config.yaml.ConfigSection;
import dev.deployclaw.policy.model.Gateway;
import dev.deployclaw.policy.replay.RequestAttribution;
import dev.deployclaw.policy.replay.RequestAttribution.TenantSource;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads {@code accessLogs[]}. Without it, the logs are those of file gateways whose requests name
 * the tenant by the host: a rendered file's log has no headers.
 */
record AccessLogConfigReader(Function<String, Path> paths) {
  List<AccessLogConfig> read(ConfigSection root, List<GatewayEntry> files, List<Gateway> routing) {
    var out = root.each("accessLogs", f -> log(f, routing));
    return root.given("accessLogs")
        ? out
        : files.stream()
            .filter(entry -> entry.gateway().identity() instanceof Gateway.Identity.Host)
            .map(entry -> log(entry.gateway(), entry.front().accessLog(), new TenantSource.Host()))
            .toList();
  }

  private Optional<AccessLogConfig> log(ConfigSection f, List<Gateway> routing) {
    String name = f.required("gateway");
    var file = paths.apply(f.required("file"));
    var word = f.optional("tenant");
    var gateway = routing.stream().filter(g -> g.name().equals(name)).findFirst();
    if (gateway.isEmpty()) {
      f.wrong("gateway", "names no configured gateway", "write the name of one");
      return Optional.empty();
    }
    var tenant = word.map(TenantSource::ofWord).orElseGet(() -> usual(gateway.get()));
    if (tenant.isEmpty()) {
      f.problem(
          "tenant",
          f.line(),
          "doesn't say where the log has the tenant",
          "write host, user, field:NAME or =NAME");
    }
    return tenant.map(t -> log(gateway.get(), file, t));
  }

  private static AccessLogConfig log(Gateway gateway, Path file, TenantSource tenant) {
    return new AccessLogConfig(
        gateway.name(), file, new RequestAttribution(tenant, gateway.routes()));
  }

  /** Where a log has it of which nothing is said; of a token's claim that isn't known. */
  private static Optional<TenantSource> usual(Gateway gateway) {
    return switch (gateway.identity()) {
      case Gateway.Identity.Host _ -> Optional.of(new TenantSource.Host());
      case Gateway.Identity.Header(String name) ->
          Optional.of(new TenantSource.Field("http_" + name.replace('-', '_')));
      case Gateway.Identity.Claim _ -> Optional.empty();
    };
  }
}
