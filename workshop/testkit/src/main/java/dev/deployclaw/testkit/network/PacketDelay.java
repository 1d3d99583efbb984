package dev.deployclaw.testkit.network;

import dev.deployclaw.testkit.process.CSourceCompiler;
import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.process.LaunchSpec;
import dev.deployclaw.testkit.process.LocalServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * A process that holds back each packet of one netfilter queue for a fixed time (see {@code
 * delay.c}). {@link PacketFirewall#queue} sends packets there. Needs root.
 */
public record PacketDelay(DaemonProcess daemon) implements LocalServer {
  private static final Duration READY = Duration.ofSeconds(60);
  private static final String NAME = "delay";

  public static PacketDelay start(Path folder, int queue, Duration delay) {
    Path program = CSourceCompiler.compile(folder, "delay.c", NAME);
    List<String> command = List.of(program.toString(), "" + queue, "" + delay.toMillis());
    DaemonProcess daemon = DaemonProcess.start(new LaunchSpec(folder, NAME, command));
    daemon.awaitReady(READY, () -> saysReady(daemon));
    return new PacketDelay(daemon);
  }

  @Override
  public List<DaemonProcess> daemons() {
    return List.of(daemon);
  }

  private static boolean saysReady(DaemonProcess daemon) {
    try {
      return Files.readString(daemon.log()).contains("ready");
    } catch (IOException e) {
      return false;
    }
  }
}
