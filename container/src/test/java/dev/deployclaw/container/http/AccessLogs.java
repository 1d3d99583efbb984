package dev.deployclaw.container.http;

import dev.deployclaw.container.config.AccessLogConfig;
import dev.deployclaw.container.server.ServerFixture;
import dev.deployclaw.policy.replay.RequestAttribution;
import dev.deployclaw.policy.replay.RequestAttribution.TenantSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** A served agent that has a gateway's access log. */
final class AccessLogs {
  private AccessLogs() {}

  /** The log isn't there yet. */
  static Served served(Path folder) throws Exception {
    var naming = new RequestAttribution(new TenantSource.Host(), List.of());
    var logs = List.of(new AccessLogConfig("gw-01", file(folder), naming));
    return Served.start(folder, List.of(), estate -> ServerFixture.withAccessLogs(estate, logs));
  }

  /** Requests of one tenant on orders, so many a second, the last a minute ago. */
  static void write(Served served, Path folder, String tenant, int requests, int aSecond)
      throws IOException {
    long last = served.server.now().getEpochSecond() - 60;
    var lines = new StringBuilder();
    for (int i = requests - 1; i >= 0; i--) {
      lines.append(last - i / aSecond).append(".000 status=200 dc_probe= dc_epoch=1 host=\"");
      lines.append(tenant).append(".example.test\" dc_execution=\"\" request=\"GET /orders/1\"\n");
    }
    Files.writeString(file(folder), lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
  }

  static Path file(Path folder) {
    return folder.resolve("access.log");
  }
}
