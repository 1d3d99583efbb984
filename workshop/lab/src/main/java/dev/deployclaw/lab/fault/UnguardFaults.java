package dev.deployclaw.lab.fault;

import dev.deployclaw.lab.cluster.LocalCluster;
import dev.deployclaw.lab.docker.LabContainers;
import dev.deployclaw.testkit.process.DaemonProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.commons.lang3.function.Failable;

/** Gateways whose live file doesn't ask the rate limit service any more. */
final class UnguardFaults {
  private static final Pattern ASKS = Pattern.compile("(?m)^\\s*auth_request /.*\n");

  private UnguardFaults() {}

  static List<InjectedFault> current(FaultTargets targets) {
    return TamperableGateway.all(targets).stream()
        .filter(gateway -> !gateway.allKept().isEmpty())
        .map(UnguardFaults::fault)
        .toList();
  }

  static InjectedFault remove(FaultTargets targets, String name) throws ImpossibleFaultException {
    var gateway = find(targets, name);
    try {
      var kept = gateway.kept();
      if (Files.exists(kept)) {
        throw new ImpossibleFaultException(gateway.name() + " already asks no service");
      }
      var text = Files.readString(gateway.live());
      var without = ASKS.matcher(text).replaceAll("");
      if (without.equals(text)) {
        throw new ImpossibleFaultException(
            gateway.name() + " asks no service yet; apply a policy first");
      }
      Files.writeString(kept, text);
      Files.writeString(gateway.live(), without);
      gateway.reload().run();
      return fault(gateway);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<InjectedFault> heal(FaultTargets targets) {
    var healed = new ArrayList<InjectedFault>();
    for (var gateway : TamperableGateway.all(targets)) {
      if (gateway.restore()) {
        gateway.reload().run();
        healed.add(fault(gateway));
      }
    }
    return healed;
  }

  /** By its name, whole or its end, or by a beginning of either that fits nothing else. */
  private static TamperableGateway find(FaultTargets targets, String name)
      throws ImpossibleFaultException {
    var all = TamperableGateway.all(targets);
    var exact = all.stream().filter(g -> g.isCalled(name::equals)).toList();
    var fits =
        exact.isEmpty()
            ? all.stream().filter(g -> g.isCalled(n -> n.startsWith(name))).toList()
            : exact;
    if (all.isEmpty()) {
      throw new ImpossibleFaultException("no lab runs here; start one with: deployclaw lab up");
    }
    if (fits.isEmpty()) {
      throw new ImpossibleFaultException(
          "there is no gateway %s; there are %s".formatted(name, names(all)));
    }
    if (fits.size() > 1) {
      throw new ImpossibleFaultException("%s may be any of %s".formatted(name, names(fits)));
    }
    var gateway = fits.getFirst();
    if (!gateway.runs()) {
      throw new ImpossibleFaultException(
          gateway.name() + " is dead; bring it back with: deployclaw lab heal");
    }
    return gateway;
  }

  private static String names(List<TamperableGateway> gateways) {
    return FaultTargets.shown(gateways.stream().map(TamperableGateway::name).toList());
  }

  private static InjectedFault fault(TamperableGateway gateway) {
    return InjectedFault.of(FaultKind.UNGUARD, gateway.own());
  }

  /**
   * A gateway's NGINX whose file can be changed where it reads it, behind everybody's back.
   *
   * @param name such as {@code gateways/gw-01}, {@code pods/edge-eu/gw-01-…}, {@code
   *     containers/gw-45}
   * @param folder in which its files are on this machine
   * @param live the file that it reads
   * @param runs whether it is there to read it
   * @param reload has it read its file again
   */
  private record TamperableGateway(
      String name, Path folder, Path live, boolean runs, Runnable reload) {
    private static final String CONTAINERS = "containers/";
    private static final String FILE = "nginx.conf";
    private static final String LINKED = "live/" + FILE;
    private static final String KEPT = ".before-fault";

    private static final int DEPTH = 3;

    static List<TamperableGateway> all(FaultTargets targets) {
      var all = new ArrayList<TamperableGateway>();
      targets
          .all()
          .forEach((name, daemon) -> {
            if (name.startsWith("gateways/")) {
              all.add(of(name, daemon, daemon.folder(), LINKED));
            } else if (PodProcesses.isOne(name)) {
              var files = LocalCluster.volume(daemon.folder(), LocalCluster.GATEWAY_VOLUME);
              all.add(of(name, daemon, files, FILE));
            }
          });
      var boxes = LabContainers.in(targets.folder());
      boxes.standing().forEach(box -> of(boxes, box).forEach(all::add));
      return all;
    }

    private static TamperableGateway of(
        String name, DaemonProcess daemon, Path folder, String file) {
      return new TamperableGateway(
          name, folder, folder.resolve(file), daemon.alive(), daemon::hangUp);
    }

    private static Stream<TamperableGateway> of(
        LabContainers boxes, LabContainers.ContainerSnapshot box) {
      return box.files().stream()
          .map(files ->
              new TamperableGateway(
                  CONTAINERS + box.name(),
                  files,
                  files.resolve(LINKED),
                  box.runs(),
                  () -> boxes.hangUp(box.name())));
    }

    /** Its name without what it is. */
    String own() {
      return name.substring(name.indexOf('/') + 1);
    }

    /**
     * Whether a rule holds for its name, or for what is left of it without what it is and where.
     */
    boolean isCalled(Predicate<String> rule) {
      return Stream.of(name, own(), name.substring(name.lastIndexOf('/') + 1)).anyMatch(rule);
    }

    Path kept() throws IOException {
      return Path.of(live.toRealPath() + KEPT);
    }

    /** Puts back what was kept; false where nothing was. */
    boolean restore() {
      var all = allKept();
      for (var kept : all) {
        Failable.run(() -> {
          var file = Path.of(kept.toString().replace(KEPT, ""));
          Files.move(kept, file, StandardCopyOption.REPLACE_EXISTING);
        });
      }
      return !all.isEmpty();
    }

    List<Path> allKept() {
      try (var files =
          Files.find(folder, DEPTH, (path, _) -> path.getFileName().toString().endsWith(KEPT))) {
        return files.sorted().toList();
      } catch (IOException | UncheckedIOException e) {
        if (Files.isDirectory(folder)) {
          throw new IllegalStateException("what is kept in " + folder + " can't be read", e);
        }
        return List.of();
      }
    }
  }
}
