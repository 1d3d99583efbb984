package dev.deployclaw.lab.fault;

import dev.deployclaw.testkit.network.PacketFirewall;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Bad things that are done to the lab in a folder. */
public final class FaultInjector {
  private static final int MOST_TARGETS = 2;

  private final Path folder;
  private final NetworkFaults network;
  private final WrongRedisFaults otherRedis;
  private final OutdatedNginxFaults oldNodes;
  private final StoppedControllerFaults controllers;

  private FaultInjector(Path folder) {
    this.folder = folder;
    this.network = new NetworkFaults(folder(folder), PacketFirewall.of(folder(folder)));
    this.otherRedis = new WrongRedisFaults(folder(folder).resolve("wrong-redis"));
    this.oldNodes = new OutdatedNginxFaults(folder);
    this.controllers = new StoppedControllerFaults(folder);
  }

  public static FaultInjector in(Path labFolder) {
    return new FaultInjector(labFolder.toAbsolutePath().normalize());
  }

  static Path folder(Path labFolder) {
    return labFolder.resolve("faults");
  }

  /** Brings a fault about, by the words behind {@code lab break}, and returns it. */
  public InjectedFault inflict(List<String> words) throws ImpossibleFaultException {
    var kind = FaultKind.of(words.isEmpty() ? "" : words.getFirst());
    var rest = words.subList(1, words.size());
    var targets = FaultTargets.in(folder);
    return switch (kind) {
      case KILL -> kill(targets.find(only(kind, rest)));
      case PAUSE -> pause(targets.running(only(kind, rest)));
      case CUT -> network.cut(targets, names(kind, rest));
      case MUTE, DEAFEN -> network.silence(kind, targets, only(kind, rest));
      case DELAY -> network.delay(targets, names(kind, butLast(kind, rest)), millis(kind, rest));
      case SKEW ->
          ClockSkewFaults.set(targets, only(kind, butLast(kind, rest)), millis(kind, rest));
      case UNGUARD -> UnguardFaults.remove(targets, only(kind, rest));
      case OLD_NODE -> oldNodes.make(only(kind, rest));
      case STOP_CONTROLLERS -> controllers.make(only(kind, rest));
      case WRONG_REDIS -> otherRedis.mislead(targets, only(kind, rest));
    };
  }

  public List<InjectedFault> current() {
    var targets = FaultTargets.in(folder);
    var faults = new ArrayList<InjectedFault>();
    targets.all().forEach((name, daemon) -> process(name, daemon).ifPresent(faults::add));
    faults.addAll(network.current());
    faults.addAll(otherRedis.current(targets));
    faults.addAll(UnguardFaults.current(targets));
    faults.addAll(oldNodes.current());
    faults.addAll(controllers.current());
    faults.addAll(ClockSkewFaults.current(targets));
    return List.copyOf(faults);
  }

  /** Undoes all of it, waits until the lab is whole again, and tells what it did. */
  public HealReport heal() {
    var first = controllers.heal();
    return new FaultHealer(folder, network, otherRedis, oldNodes).heal(first);
  }

  /** Takes back what would outlive the lab's processes; says why, where it can't. */
  public Optional<String> leave() {
    try {
      network.heal();
      return Optional.empty();
    } catch (ImpossibleFaultException e) {
      return Optional.of(String.valueOf(e.getMessage()));
    }
  }

  private static InjectedFault kill(FaultTargets.Named target) {
    if (PodProcesses.isOne(target.name())) {
      PodProcesses.hold(target.daemon());
    }
    target.daemon().kill();
    return InjectedFault.of(FaultKind.KILL, target.name());
  }

  private static InjectedFault pause(FaultTargets.Named target) {
    target.daemon().pause();
    return InjectedFault.of(FaultKind.PAUSE, target.name());
  }

  private static Optional<InjectedFault> process(String name, DaemonProcess daemon) {
    if (!daemon.alive()) {
      return Optional.of(InjectedFault.of(FaultKind.KILL, name));
    }
    return daemon.paused()
        ? Optional.of(InjectedFault.of(FaultKind.PAUSE, name))
        : Optional.empty();
  }

  private static List<String> names(FaultKind kind, List<String> words)
      throws ImpossibleFaultException {
    if (words.isEmpty() || words.size() > MOST_TARGETS) {
      throw wrong(kind);
    }
    return words;
  }

  private static String only(FaultKind kind, List<String> words) throws ImpossibleFaultException {
    if (words.size() != 1) {
      throw wrong(kind);
    }
    return words.getFirst();
  }

  private static List<String> butLast(FaultKind kind, List<String> words)
      throws ImpossibleFaultException {
    if (words.isEmpty()) {
      throw wrong(kind);
    }
    return words.subList(0, words.size() - 1);
  }

  private static int millis(FaultKind kind, List<String> words) throws ImpossibleFaultException {
    try {
      return Integer.parseInt(words.getLast());
    } catch (NumberFormatException e) {
      throw wrong(kind);
    }
  }

  private static ImpossibleFaultException wrong(FaultKind kind) {
    return new ImpossibleFaultException(
        "write: lab break " + kind.usage() + "; for example: lab break " + kind.example());
  }
}
