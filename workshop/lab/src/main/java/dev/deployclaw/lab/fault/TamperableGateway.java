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
import java.util.stream.Stream;
import org.apache.commons.lang3.function.Failable;

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
record TamperableGateway(String name, Path folder, Path live, boolean runs, Runnable reload) {
  private static final String GATEWAYS = "gateways/";
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
          if (name.startsWith(GATEWAYS)) {
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

  private static TamperableGateway of(String name, DaemonProcess daemon, Path folder, String file) {
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

  /** Whether a rule holds for its name, or for what is left of it without what it is and where. */
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
