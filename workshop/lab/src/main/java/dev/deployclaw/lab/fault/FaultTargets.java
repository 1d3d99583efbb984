package dev.deployclaw.lab.fault;

import dev.deployclaw.testkit.process.DaemonProcess;
import dev.deployclaw.testkit.redis.RedisNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A lab's processes by the names that people call them: {@code etcd}, {@code redis/node-12001},
 * {@code services/edge-eu}, {@code gateways/gw-01}.
 */
public record FaultTargets(Path folder, SortedMap<String, DaemonProcess> byName) {
  /** Longer families of names are shown by their first and last. */
  private static final int MOST_SHOWN = 6;

  public static FaultTargets in(Path labFolder) {
    var folder = labFolder.toAbsolutePath().normalize();
    var daemons =
        DaemonProcess.adoptAll(folder).stream()
            .filter(daemon -> !daemon.folder().startsWith(FaultInjector.folder(folder)))
            .toList();
    var byName = new TreeMap<String, DaemonProcess>();
    daemons.forEach(daemon -> byName.put(name(folder, daemon, daemons), daemon));
    return new FaultTargets(folder, byName);
  }

  public Map<String, DaemonProcess> all() {
    return byName;
  }

  /** Its folder below the lab's, and its own name where several share the folder. */
  private static String name(Path folder, DaemonProcess daemon, Collection<DaemonProcess> all) {
    var home = folder.relativize(daemon.folder());
    long there = all.stream().filter(other -> other.folder().equals(daemon.folder())).count();
    return (there == 1 ? home : home.resolve(daemon.name())).toString();
  }

  /** By its name, or by a beginning of it that fits nothing else. */
  Named find(String name) throws ImpossibleFaultException {
    if (byName.isEmpty()) {
      throw new ImpossibleFaultException("no lab runs here; start one with: deployclaw lab up");
    }
    var exact = byName.get(name);
    if (exact != null) {
      return new Named(name, exact);
    }
    var fits =
        byName.entrySet().stream()
            .filter(known -> known.getKey().startsWith(name))
            .map(known -> new Named(known.getKey(), known.getValue()))
            .toList();
    return switch (fits.size()) {
      case 0 ->
          throw new ImpossibleFaultException(
              "nothing here is named " + name + "; there are " + known());
      case 1 -> fits.getFirst();
      default ->
          throw new ImpossibleFaultException(
              name + " may be any of " + shown(fits.stream().map(Named::name).toList()));
    };
  }

  Named running(String name) throws ImpossibleFaultException {
    var found = find(name);
    if (!found.daemon().alive()) {
      throw new ImpossibleFaultException(
          found.name() + " is dead; bring it back with: deployclaw lab heal");
    }
    return found;
  }

  /** One of a family, such as {@code gateways}, which may be left out of the name. */
  Named running(String family, String name) throws ImpossibleFaultException {
    String whole = name.startsWith(family + "/") ? name : family + "/" + name;
    if (!byName.isEmpty() && byName.keySet().stream().noneMatch(n -> n.startsWith(whole))) {
      var there = byName.keySet().stream().filter(n -> n.startsWith(family + "/")).toList();
      throw new ImpossibleFaultException(
          "there is no "
              + whole
              + (there.isEmpty() ? "; this lab has no " + family : "; there are " + shown(there)));
    }
    return running(whole);
  }

  /** A process and how it is called. */
  record Named(String name, DaemonProcess daemon) {
    String own() {
      return name.substring(name.indexOf('/') + 1);
    }

    boolean isRedis() {
      return name.startsWith("redis/");
    }

    RedisNode redis() {
      return RedisNode.adopt(daemon.folder());
    }
  }

  /** All names, long families by their first and last. */
  String known() {
    return shown(byName.keySet());
  }

  static String shown(Collection<String> names) {
    var families = new LinkedHashMap<String, List<String>>();
    for (String name : names) {
      families.computeIfAbsent(name.replaceFirst("/.*", ""), _ -> new ArrayList<>()).add(name);
    }
    return families.values().stream().map(FaultTargets::family).collect(Collectors.joining(", "));
  }

  private static String family(List<String> names) {
    return names.size() <= MOST_SHOWN
        ? String.join(", ", names)
        : names.getFirst() + " to " + names.getLast();
  }
}
