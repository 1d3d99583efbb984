package dev.deployclaw.lab;

import dev.deployclaw.testkit.BoundedWait;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.commons.lang3.function.Failable;

/** {@code deployclaw serve} as a process of its own, and its callers. */
final class ServingAgent extends ServedApiClient {
  private final Process process;
  private final Path err;

  private ServingAgent(Process process, Path err, String address) {
    super(address);
    this.process = process;
    this.err = err;
  }

  /** Starts one that approvers and requesters must differ for, and waits until it listens. */
  static ServingAgent start(LiveEstate estate, Map<String, String> environment) throws IOException {
    var all = new TreeMap<String, String>();
    all.put("DEPLOYCLAW_SERVE_LISTEN", "127.0.0.1:0");
    all.put("DEPLOYCLAW_SERVE_TOKENS_FILE", tokens(estate.lab().folder()).toString());
    all.put("DEPLOYCLAW_SERVE_LOOK", "1s");
    all.put("DEPLOYCLAW_GATE_APPROVER_MUST_DIFFER", "true");
    all.put("DEPLOYCLAW_LOG", "info");
    all.putAll(environment);
    var out = Files.createTempFile("serve", ".out");
    var err = Files.createTempFile("serve", ".err");
    var process = estate.agent(all).start(out, err, "serve", "--json");
    boolean listens = false;
    try {
      BoundedWait.until(
          "it listens", LONGEST, () -> text(out).endsWith("\n") || !process.isAlive());
      if (!process.isAlive()) {
        throw new IllegalStateException("it ended: " + text(err));
      }
      var address = JSON.readTree(text(out)).path("address").asText();
      listens = true;
      return new ServingAgent(process, err, address);
    } finally {
      if (!listens) {
        process.destroyForcibly();
      }
    }
  }

  /** Tells it to stop, and waits; says whether it ended in time. */
  boolean terminate(Duration within) throws InterruptedException {
    process.destroy();
    return process.waitFor(within.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** As {@code kill -9}. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  long pid() {
    return process.pid();
  }

  String err() {
    return text(err);
  }

  @Override
  public void close() {
    process.destroyForcibly();
    super.close();
  }

  private static String text(Path file) {
    return Failable.get(() -> Files.readString(file));
  }
}
