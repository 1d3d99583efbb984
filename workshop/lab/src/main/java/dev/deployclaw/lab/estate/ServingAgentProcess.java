package dev.deployclaw.lab.estate;

import dev.deployclaw.core.environment.SecretText;
import dev.deployclaw.policy.json.CanonicalJson;
import dev.deployclaw.testkit.file.TestFiles;
import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.HostPort;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.JavaProgram;
import dev.deployclaw.testkit.process.LaunchSpec;
import dev.deployclaw.testkit.server.ServerReadiness;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.apache.commons.lang3.function.Failable;

/**
 * An agent that serves a lab: commands of this machine run in it, and it has the HTTP API on a port
 * of its own. One more process of the lab, which ends with it.
 *
 * @param address of the HTTP API
 * @param tokens the folder with a file for each caller's token
 */
public record ServingAgentProcess(String address, Path tokens) {
  private static final String NAME = "agent";
  private static final Duration READY = Duration.ofMinutes(1);
  private static final Duration END = Duration.ofSeconds(10);
  private static final int TOKEN_BYTES = 32;

  private static final JavaProgram PROGRAM =
      JavaProgram.of("dev.deployclaw.container.Main", JavaProgram.QUICK);

  /**
   * Adds the section {@code serve} to the lab's configuration, and starts it.
   *
   * @throws IllegalStateException if it doesn't serve, with the reason; the lab goes on without it
   */
  public static ServingAgentProcess start(LabEstate lab) {
    var folder = lab.folder().resolve(NAME);
    var address = HostPort.loopback(FreePortFinder.free());
    Failable.run(() -> {
      var tokens = TestFiles.secret(folder.resolve("tokens.yaml"), tokens(folder));
      Files.writeString(
          lab.config(),
          "serve: {listen: \"%s\", tokensFile: %s}\n"
              .formatted(address, lab.folder().relativize(tokens)),
          StandardOpenOption.APPEND);
    });
    var command = PROGRAM.command(List.of("serve", "--config", lab.config().toString()));
    var daemon = DaemonProcess.start(new LaunchSpec(folder, NAME, command));
    boolean serves = false;
    try {
      // The first answer takes the longest, so it is waited for here, not by who asks next.
      daemon.awaitReady(
          READY, () -> serves(daemon) && ServerReadiness.answers("http://" + address + "/healthz"));
      daemon.leave();
      serves = true;
    } finally {
      if (!serves) {
        daemon.forget();
      }
    }
    return new ServingAgentProcess("http://" + address, folder);
  }

  public String welcome() {
    return "Console: %s/console/ (olivia asks, ann approves: %s/*.token)"
        .formatted(address, tokens);
  }

  /** Lets the one of the lab in the folder, if there is any, end its work and remove its socket. */
  static void end(Path labFolder) {
    DaemonProcess.adopt(labFolder.resolve(NAME).resolve(NAME + ".pid"))
        .ifPresent(daemon -> daemon.end(END));
  }

  private static String tokens(Path folder) throws IOException {
    return """
    tokens:
      - {name: olivia, sha256: %s, roles: [operator]}
      - {name: ann, sha256: %s, roles: [approver]}
    """
        .formatted(token(folder, "olivia"), token(folder, "ann"));
  }

  /** Makes one, and returns its digest. */
  private static String token(Path folder, String caller) throws IOException {
    String token = SecretText.hex(TOKEN_BYTES);
    var _ = TestFiles.secret(folder.resolve(caller + ".token"), token);
    return CanonicalJson.sha256(token.getBytes(StandardCharsets.US_ASCII));
  }

  private static boolean serves(DaemonProcess daemon) {
    try {
      return Files.readString(daemon.log()).contains("deployclaw serves ");
    } catch (IOException e) {
      return false;
    }
  }
}
