package dev.deployclaw.lab.campaign.disturbance;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.KubernetesConfig;
import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.lab.estate.LabEstate;
import dev.deployclaw.policy.model.Gateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Tells a judge where a lab stands: the one thing that the two have to agree on. */
public final class EstateLocationFile {
  private EstateLocationFile() {}

  /** Returns the file that it writes beside the lab's folder. */
  public static Path write(LabEstate lab, AgentConfig config, Path elsewhere) throws IOException {
    var lines = new ArrayList<String>();
    lines.add("# written by a campaign, for dev.deployclaw.lab.judge.Main");
    lines.add("etcd=" + config.etcd().endpoints().getFirst());
    lines.add("prefix=" + config.etcd().prefix());
    lines.add("redis=" + String.join(",", config.redis().nodes()));
    lines.add("s3=" + config.s3().endpoint());
    lines.add("s3.bucket=" + config.s3().bucket());
    lines.add("s3.accessKeyFile=" + lab.folder().resolve("keys/s3.access"));
    lines.add("s3.secretKeyFile=" + lab.folder().resolve("keys/s3.secret"));
    config.services().forEach(s -> lines.add("service." + s.namespace() + "=" + s.url()));
    config
        .configurationStores()
        .forEach(s -> lines.add("served." + s.name() + "=" + s.etcd().prefix()));
    gateways(config.gateways(), lines);
    if (config.kubernetes().isPresent()) {
      cloud(LocalCluster.adopt(lab.folder()), config.kubernetes().get(), lines);
    } else {
      // An agent in a pod has no folder that outlives it.
      lines.add("nats=" + config.nats().url());
      lines.add("executions.here=" + config.stateDir().resolve("executions"));
      lines.add("executions.elsewhere=" + elsewhere.resolve("executions"));
    }
    return Files.write(lab.folder().resolveSibling("estate.properties"), lines);
  }

  private static void cloud(LocalCluster cluster, KubernetesConfig config, List<String> lines) {
    lines.add("kubernetes=" + cluster.url());
    lines.add("kubernetes.tokenFile=" + cluster.token());
    lines.add("kubernetes.caFile=" + cluster.certificate());
    for (var entry : config.gateways()) {
      var gateway = entry.gateway();
      lines.add(
          "deployment.%s=%s %s".formatted(entry.deployment(), gateway.namespace(), entry.volume()));
      host(gateway, lines);
    }
    config
        .configurationStores()
        .forEach(store -> lines.add("configmap." + store.configMap() + "=" + store.namespace()));
  }

  private static void gateways(List<AgentConfig.GatewayEntry> gateways, List<String> lines) {
    for (var entry : gateways) {
      lines.add("gateway." + entry.gateway().name() + "=" + entry.url() + " " + entry.folder());
      host(entry.gateway(), lines);
    }
  }

  private static void host(Gateway gateway, List<String> lines) {
    if (gateway.identity() instanceof Gateway.Identity.Host(String suffix)) {
      lines.add("host=" + suffix);
    }
  }
}
