package dev.deployclaw.lab.campaign;

import dev.deployclaw.container.config.Config;
import dev.deployclaw.lab.Lab;
import dev.deployclaw.policy.model.Gateway;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Tells a judge where a lab stands: the one thing that the two have to agree on. */
public final class PlaceFile {
  private PlaceFile() {}

  /** Returns the file that it writes beside the lab's folder. */
  public static Path write(Lab lab, Config config) throws IOException {
    var lines = new ArrayList<String>();
    lines.add("# written by a campaign, for dev.deployclaw.lab.judge.Main");
    lines.add("etcd=" + config.etcd().endpoints().getFirst());
    lines.add("prefix=" + config.etcd().prefix());
    lines.add("redis=" + String.join(",", config.redis().nodes()));
    lines.add("nats=" + config.nats().url());
    lines.add("s3=" + config.s3().endpoint());
    lines.add("s3.bucket=" + config.s3().bucket());
    lines.add("s3.accessKeyFile=" + lab.folder().resolve("keys/s3.access"));
    lines.add("s3.secretKeyFile=" + lab.folder().resolve("keys/s3.secret"));
    lines.add("executions=" + config.stateDir().resolve("executions"));
    config.services().forEach(s -> lines.add("service." + s.namespace() + "=" + s.url()));
    config
        .configurationStores()
        .forEach(s -> lines.add("served." + s.name() + "=" + s.etcd().prefix()));
    gateways(config.gateways(), lines);
    return Files.write(lab.folder().resolveSibling("estate.properties"), lines);
  }

  private static void gateways(List<Config.GatewayEntry> gateways, List<String> lines) {
    for (var entry : gateways) {
      lines.add("gateway." + entry.gateway().name() + "=" + entry.url() + " " + entry.folder());
      if (entry.gateway().identity() instanceof Gateway.Identity.Host(String suffix)) {
        lines.add("host=" + suffix);
      }
    }
  }
}
