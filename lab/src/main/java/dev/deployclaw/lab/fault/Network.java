package dev.deployclaw.lab.fault;

import dev.deployclaw.testkit.Daemon;
import dev.deployclaw.testkit.Firewall;
import dev.deployclaw.testkit.PacketDelay;
import dev.deployclaw.testkit.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Links of a lab that are cut or slow. Each is written down before it is brought about, so that
 * whoever comes later can take it back.
 */
final class Network {
  private static final String WRITTEN = "network";
  private static final String DELAYS = "delays";
  private static final int SHORTEST_MILLIS = 1;
  private static final int LONGEST_MILLIS = 10_000;

  private final Path home;
  private final Firewall firewall;

  Network(Path labFolder) {
    this.home = Faults.folder(labFolder);
    this.firewall = Firewall.of(home);
  }

  /** What is cut and slow, as it was written down. */
  List<Fault> current() {
    var written = home.resolve(WRITTEN);
    if (!Files.exists(written)) {
      return List.of();
    }
    try {
      return Files.readAllLines(written).stream().map(Network::parse).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** All packets between the target and everybody, or of the replication between two, are lost. */
  Fault cut(Targets targets, List<String> names) throws Impossible {
    var link = link(targets, names);
    return bringAbout(
        Fault.of(FaultKind.CUT, link.name()),
        () -> {
          for (var packets : link.either()) {
            firewall.drop(packets);
          }
        });
  }

  /** Packets are lost one way: what the target says, or what it is told. */
  Fault silence(FaultKind kind, Targets targets, String name) throws Impossible {
    var link = link(targets, List.of(name));
    var lost = kind == FaultKind.MUTE ? link.back() : link.towards();
    return bringAbout(
        Fault.of(kind, link.name()),
        () -> {
          for (var packets : lost) {
            firewall.drop(packets);
          }
        });
  }

  /** Each packet towards the target, or from one node's replication to another, waits. */
  Fault delay(Targets targets, List<String> names, int millis) throws Impossible {
    if (millis < SHORTEST_MILLIS || millis > LONGEST_MILLIS) {
      throw new Impossible(
          "a delay is %d to %d ms, not %d".formatted(SHORTEST_MILLIS, LONGEST_MILLIS, millis));
    }
    var link = link(targets, names);
    var fault = new Fault(FaultKind.DELAY, link.name(), OptionalInt.of(millis));
    return bringAbout(
        fault,
        () -> {
          int queue = Ports.free();
          var process = home.resolve(DELAYS).resolve("queue-" + queue);
          PacketDelay.start(process, queue, Duration.ofMillis(millis)).leave();
          for (var packets : link.towards()) {
            firewall.queue(packets, queue);
          }
        });
  }

  /** Takes all of it back; returns what that was. */
  List<Fault> heal() throws Impossible {
    try {
      var healed = current();
      firewall.clear();
      Daemon.adoptAll(home.resolve(DELAYS)).forEach(Daemon::forget);
      Files.deleteIfExists(home.resolve(WRITTEN));
      return healed;
    } catch (Firewall.Refused e) {
      throw new Impossible(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Link link(Targets targets, List<String> names) throws Impossible {
    var obstacle = Firewall.obstacle();
    if (obstacle.isPresent()) {
      throw new Impossible(obstacle.get());
    }
    return names.size() == 1
        ? Link.of(targets.running(names.getFirst()))
        : Link.replication(targets, names.getFirst(), names.getLast());
  }

  /** What needs root. */
  @FunctionalInterface
  private interface Act {
    void perform() throws Firewall.Refused;
  }

  private Fault bringAbout(Fault fault, Act act) throws Impossible {
    if (current().stream().anyMatch(f -> same(f, fault))) {
      throw new Impossible(
          "there is already: "
              + fault.kind().word()
              + " "
              + fault.target()
              + "; take it back first with: deployclaw lab heal");
    }
    write(fault);
    try {
      act.perform();
      return fault;
    } catch (Firewall.Refused | IllegalStateException e) {
      throw new Impossible(e.getMessage() + "; undo what was begun with: deployclaw lab heal");
    }
  }

  private static boolean same(Fault one, Fault other) {
    return one.kind() == other.kind() && one.target().equals(other.target());
  }

  private void write(Fault fault) {
    try {
      Files.createDirectories(home);
      Files.writeString(
          home.resolve(WRITTEN),
          fault.text() + "\n",
          StandardOpenOption.CREATE,
          StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A line that was cut short counts too: something may have been brought about. */
  private static Fault parse(String line) {
    var words = new ArrayList<>(List.of(line.split(" ", -1)));
    var kind = FaultKind.find(words.removeFirst()).orElse(FaultKind.DELAY);
    var millis = OptionalInt.empty();
    if (kind == FaultKind.DELAY && words.getLast().matches("\\d{1,9}")) {
      millis = OptionalInt.of(Integer.parseInt(words.removeLast()));
    }
    return new Fault(kind, String.join(" ", words), millis);
  }
}
