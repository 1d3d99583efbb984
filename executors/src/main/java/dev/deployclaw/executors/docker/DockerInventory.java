package dev.deployclaw.executors.docker;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Image;
import com.github.dockerjava.api.model.Network;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What runs on a daemon, by three list calls however many containers there are. What is in names
 * and labels is data.
 */
public final class DockerInventory {
  private static final int MOST_CONTAINERS = 10_000;
  private static final int MOST_NETWORKS = 1_000;
  private static final int MOST_LABELS = 64;
  private static final int LONGEST_LABEL = 256;

  private DockerInventory() {}

  static SortedMap<String, Object> facts(DockerClient client) {
    var digests = digests(client.listImagesCmd().withShowAll(true).exec());
    var networks = client.listNetworksCmd().exec();
    var containers = client.listContainersCmd().withShowAll(true).exec();
    var members = members(containers);
    var facts = new TreeMap<String, Object>();
    long running = containers.stream().filter(DockerInventory::runs).count();
    long unhealthy = containers.stream().filter(c -> health(c).equals("unhealthy")).count();
    facts.put("count", containers.size());
    facts.put("running", running);
    facts.put("unhealthy", unhealthy);
    facts.put(
        "summary",
        "%d containers (%d running, %d unhealthy) in %d networks"
            .formatted(containers.size(), running, unhealthy, members.size()));
    facts.put(
        "containers",
        containers.stream()
            .sorted(Comparator.comparing(DockerInventory::firstName))
            .limit(MOST_CONTAINERS)
            .map(c -> container(c, digests))
            .toList());
    facts.put(
        "networks",
        networks.stream()
            .sorted(Comparator.comparing(Network::getName))
            .limit(MOST_NETWORKS)
            .map(n -> network(n, members.getOrDefault(n.getName(), List.of())))
            .toList());
    return facts;
  }

  /** Without the leading slash that the daemon writes. */
  public static List<String> names(Container container) {
    String[] names = container.getNames();
    return names == null
        ? List.of()
        : Arrays.stream(names).map(n -> n.startsWith("/") ? n.substring(1) : n).sorted().toList();
  }

  public static boolean runs(Container container) {
    return "running".equals(container.getState());
  }

  private static Map<String, Object> container(
      Container container, Map<String, List<String>> digests) {
    var facts = new TreeMap<String, Object>();
    facts.put("id", said(container.getId()));
    facts.put("names", names(container));
    facts.put("image", said(container.getImage()));
    facts.put("image_id", said(container.getImageId()));
    facts.put("digests", digests.getOrDefault(said(container.getImageId()), List.of()));
    facts.put("state", said(container.getState()));
    facts.put("health", health(container));
    facts.put("labels", labels(container.getLabels()));
    facts.put("networks", addresses(container));
    return facts;
  }

  private static Map<String, Object> network(Network network, List<String> members) {
    var facts = new TreeMap<String, Object>();
    facts.put("id", said(network.getId()));
    facts.put("name", said(network.getName()));
    facts.put("driver", said(network.getDriver()));
    facts.put("internal", Boolean.TRUE.equals(network.getInternal()));
    facts.put("labels", labels(network.getLabels()));
    facts.put("subnets", subnets(network));
    facts.put("containers", members);
    return facts;
  }

  /** Names of containers by network. */
  private static Map<String, List<String>> members(List<Container> containers) {
    var out = new TreeMap<String, List<String>>();
    containers.forEach(c ->
        addresses(c)
            .keySet()
            .forEach(n -> out.computeIfAbsent(n, _ -> new ArrayList<>()).add(firstName(c))));
    out.values().forEach(Collections::sort);
    return out;
  }

  private static List<String> subnets(Network network) {
    var ipam = network.getIpam();
    var config = ipam == null ? null : ipam.getConfig();
    return config == null
        ? List.of()
        : config.stream().map(c -> c.getSubnet()).filter(Objects::nonNull).sorted().toList();
  }

  /** By network; empty where it has none, as a stopped one. */
  private static SortedMap<String, String> addresses(Container container) {
    var out = new TreeMap<String, String>();
    var settings = container.getNetworkSettings();
    var networks = settings == null ? null : settings.getNetworks();
    if (networks != null) {
      networks.forEach((name, n) -> out.put(name, said(n.getIpAddress())));
    }
    return out;
  }

  /** In a list, health stands only in the status for people: {@code Up 2 minutes (healthy)}. */
  private static String health(Container container) {
    String status = said(container.getStatus());
    return Stream.of("unhealthy", "healthy", "health: starting")
        .filter(word -> status.endsWith("(" + word + ")"))
        .findFirst()
        .map(word -> word.equals("health: starting") ? "starting" : word)
        .orElse("none");
  }

  private static SortedMap<String, String> labels(@Nullable Map<String, String> labels) {
    var out = new TreeMap<String, String>();
    if (labels != null) {
      new TreeMap<>(labels)
          .entrySet().stream()
              .limit(MOST_LABELS)
              .forEach(e -> out.put(cut(e.getKey()), cut(said(e.getValue()))));
    }
    return out;
  }

  private static Map<String, List<String>> digests(List<Image> images) {
    return images.stream()
        .collect(
            Collectors.toMap(
                i -> said(i.getId()),
                i -> i.getRepoDigests() == null ? List.of() : List.of(i.getRepoDigests()),
                (one, _) -> one));
  }

  private static String firstName(Container container) {
    return names(container).stream().findFirst().orElseGet(() -> said(container.getId()));
  }

  private static String cut(String text) {
    return text.length() > LONGEST_LABEL ? text.substring(0, LONGEST_LABEL) : text;
  }

  private static String said(@Nullable String text) {
    return text == null ? "" : text;
  }
}
