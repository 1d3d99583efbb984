package dev.deployclaw.lab.fault;

import dev.deployclaw.testkit.Daemon;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Bad things that are done to the lab in a folder. */
public final class Faults {
  private static final String FOLDER = "faults";
  private static final int MOST_TARGETS = 2;

  private final Path folder;
  private final Network network;
  private final OtherRedis otherRedis;
  private final OldNodes oldNodes;
  private final StoppedControllers controllers;

  private Faults(Path folder) {
    this.folder = folder;
    this.network = new Network(folder);
    this.otherRedis = new OtherRedis(folder);
    this.oldNodes = new OldNodes(folder);
    this.controllers = new StoppedControllers(folder);
  }

  public static Faults in(Path labFolder) {
    return new Faults(labFolder.toAbsolutePath().normalize());
  }

  /** Where faults keep what they need to be undone. */
  static Path folder(Path labFolder) {
    return labFolder.resolve(FOLDER);
  }

  /**
   * Brings a fault about, and returns it.
   *
   * @param words as behind {@code lab break}: the fault, its target or targets, milliseconds
   */
  public Fault inflict(List<String> words) throws Impossible {
    var kind = FaultKind.of(words.isEmpty() ? "" : words.getFirst());
    var rest = words.subList(1, words.size());
    var targets = Targets.in(folder);
    return switch (kind) {
      case KILL -> kill(targets.find(only(kind, rest)));
      case PAUSE -> pause(targets.running(only(kind, rest)));
      case CUT -> network.cut(targets, names(kind, rest));
      case MUTE, DEAFEN -> network.silence(kind, targets, only(kind, rest));
      case DELAY -> network.delay(targets, names(kind, butLast(kind, rest)), millis(kind, rest));
      case SKEW -> Clocks.set(targets, only(kind, butLast(kind, rest)), millis(kind, rest));
      case UNGUARD -> Guards.remove(targets, only(kind, rest));
      case OLD_NODE -> oldNodes.make(only(kind, rest));
      case STOP_CONTROLLERS -> controllers.make(only(kind, rest));
      case WRONG_REDIS -> otherRedis.mislead(targets, only(kind, rest));
    };
  }

  /** What is wrong with the lab now. */
  public List<Fault> current() {
    var targets = Targets.in(folder);
    var faults = new ArrayList<Fault>();
    targets.all().forEach((name, daemon) -> process(name, daemon).ifPresent(faults::add));
    faults.addAll(network.current());
    faults.addAll(otherRedis.current(targets));
    faults.addAll(Guards.current(targets));
    faults.addAll(oldNodes.current());
    faults.addAll(controllers.current());
    faults.addAll(Clocks.current(targets));
    return List.copyOf(faults);
  }

  /** Undoes all of it, waits until the lab is whole again, and tells what it did. */
  public Healed heal() {
    var first = controllers.heal();
    return new Healing(folder, network, otherRedis, oldNodes).heal(first);
  }

  /** Takes back what would outlive the lab's processes; says why, where it can't. */
  public Optional<String> leave() {
    try {
      network.heal();
      return Optional.empty();
    } catch (Impossible e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static Fault kill(Targets.Named target) {
    if (PodProcesses.isOne(target.name())) {
      PodProcesses.hold(target.daemon());
    }
    target.daemon().kill();
    return Fault.of(FaultKind.KILL, target.name());
  }

  private static Fault pause(Targets.Named target) {
    target.daemon().pause();
    return Fault.of(FaultKind.PAUSE, target.name());
  }

  private static Optional<Fault> process(String name, Daemon daemon) {
    if (!daemon.alive()) {
      return Optional.of(Fault.of(FaultKind.KILL, name));
    }
    return daemon.paused() ? Optional.of(Fault.of(FaultKind.PAUSE, name)) : Optional.empty();
  }

  private static List<String> names(FaultKind kind, List<String> words) throws Impossible {
    if (words.isEmpty() || words.size() > MOST_TARGETS) {
      throw wrong(kind);
    }
    return words;
  }

  private static String only(FaultKind kind, List<String> words) throws Impossible {
    if (words.size() != 1) {
      throw wrong(kind);
    }
    return words.getFirst();
  }

  private static List<String> butLast(FaultKind kind, List<String> words) throws Impossible {
    if (words.isEmpty()) {
      throw wrong(kind);
    }
    return words.subList(0, words.size() - 1);
  }

  private static int millis(FaultKind kind, List<String> words) throws Impossible {
    try {
      return Integer.parseInt(words.getLast());
    } catch (NumberFormatException e) {
      throw wrong(kind);
    }
  }

  private static Impossible wrong(FaultKind kind) {
    return new Impossible(
        "write: lab break " + kind.usage() + "; for example: lab break " + kind.example());
  }
}
