package dev.deployclaw.lab.fault;

import dev.deployclaw.testkit.network.FreePortFinder;
import dev.deployclaw.testkit.network.PacketDelay;
import dev.deployclaw.testkit.network.PacketFirewall;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import org.apache.commons.lang3.function.Failable;
import org.apache.commons.lang3.function.FailableRunnable;

/**
 * Links of a lab that are cut or slow. Each is recorded before it takes effect, so that a later
 * process can undo it.
 */
record NetworkFaults(Path home, PacketFirewall firewall) {
  private static final String WRITTEN = "network";
  private static final String DELAYS = "delays";
  private static final int SHORTEST_MILLIS = 1;
  private static final int LONGEST_MILLIS = 10_000;

  List<InjectedFault> current() {
    var written = home.resolve(WRITTEN);
    if (!Files.exists(written)) {
      return List.of();
    }
    return Failable.get(
        () -> Files.readAllLines(written).stream().map(NetworkFaults::parse).toList());
  }

  /** All packets between the target and everybody, or of the replication between two, are lost. */
  InjectedFault cut(FaultTargets targets, List<String> names) throws ImpossibleFaultException {
    var link = link(targets, names);
    return bringAbout(
        InjectedFault.of(FaultKind.CUT, link.name()),
        () -> {
          for (var packets : link.either()) {
            firewall.drop(packets);
          }
        });
  }

  /** Packets are lost one way: what the target says, or what it is told. */
  InjectedFault silence(FaultKind kind, FaultTargets targets, String name)
      throws ImpossibleFaultException {
    var link = link(targets, List.of(name));
    var lost = kind == FaultKind.MUTE ? link.back() : link.towards();
    return bringAbout(
        InjectedFault.of(kind, link.name()),
        () -> {
          for (var packets : lost) {
            firewall.drop(packets);
          }
        });
  }

  /** Each packet towards the target, or from one node's replication to another, waits. */
  InjectedFault delay(FaultTargets targets, List<String> names, int millis)
      throws ImpossibleFaultException {
    if (millis < SHORTEST_MILLIS || millis > LONGEST_MILLIS) {
      throw new ImpossibleFaultException(
          "a delay is %d to %d ms, not %d".formatted(SHORTEST_MILLIS, LONGEST_MILLIS, millis));
    }
    var link = link(targets, names);
    var fault = new InjectedFault(FaultKind.DELAY, link.name(), OptionalInt.of(millis));
    return bringAbout(
        fault,
        () -> {
          int queue = FreePortFinder.free();
          var process = home.resolve(DELAYS).resolve("queue-" + queue);
          PacketDelay.start(process, queue, Duration.ofMillis(millis)).leave();
          for (var packets : link.towards()) {
            firewall.queue(packets, queue);
          }
        });
  }

  /** Takes all of it back; returns what that was. */
  List<InjectedFault> heal() throws ImpossibleFaultException {
    try {
      var healed = current();
      firewall.clear();
      DaemonProcess.adoptAll(home.resolve(DELAYS)).forEach(DaemonProcess::forget);
      Files.deleteIfExists(home.resolve(WRITTEN));
      return healed;
    } catch (PacketFirewall.FirewallException e) {
      throw new ImpossibleFaultException(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static NetworkLink link(FaultTargets targets, List<String> names)
      throws ImpossibleFaultException {
    var obstacle = PacketFirewall.obstacle();
    if (obstacle.isPresent()) {
      throw new ImpossibleFaultException(obstacle.get());
    }
    return names.size() == 1
        ? NetworkLink.of(targets.running(names.getFirst()))
        : NetworkLink.replication(targets, names.getFirst(), names.getLast());
  }

  /**
   * @param act what needs root
   */
  private InjectedFault bringAbout(
      InjectedFault fault, FailableRunnable<PacketFirewall.FirewallException> act)
      throws ImpossibleFaultException {
    if (current().stream()
        .anyMatch(f -> f.kind() == fault.kind() && f.target().equals(fault.target()))) {
      throw new ImpossibleFaultException(
          "there is already: "
              + fault.kind().word()
              + " "
              + fault.target()
              + "; undo it first with: deployclaw lab heal");
    }
    write(fault);
    try {
      act.run();
      return fault;
    } catch (PacketFirewall.FirewallException | IllegalStateException e) {
      throw new ImpossibleFaultException(
          e.getMessage() + "; undo the earlier ones with: deployclaw lab heal");
    }
  }

  private void write(InjectedFault fault) {
    Failable.run(() -> {
      Files.createDirectories(home);
      Files.writeString(
          home.resolve(WRITTEN),
          fault.text() + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    });
  }

  /** A line that was cut short counts too: something may have been brought about. */
  private static InjectedFault parse(String line) {
    var words = new ArrayList<>(List.of(line.split(" ", -1)));
    var kind = FaultKind.find(words.removeFirst()).orElse(FaultKind.DELAY);
    var millis = OptionalInt.empty();
    if (kind == FaultKind.DELAY && words.getLast().matches("\\d{1,9}")) {
      millis = OptionalInt.of(Integer.parseInt(words.removeLast()));
    }
    return new InjectedFault(kind, String.join(" ", words), millis);
  }
}
