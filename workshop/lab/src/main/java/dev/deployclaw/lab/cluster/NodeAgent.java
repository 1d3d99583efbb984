package dev.deployclaw.lab.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import dev.deployclaw.testkit.kubernetes.ApiServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * The one node: runs each pod that the API server holds, as a kubelet does. A pod has a thread and
 * a folder of its own, from its creation to its end.
 */
final class NodeAgent {
  static final String NAME = "lab";

  private final ApiServer api;
  private final Path folder;
  private final Path faults;
  private final PodAddressPool addresses = new PodAddressPool();
  private final Map<String, PodRun> runs = new ConcurrentHashMap<>();
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  /**
   * @param folder in which pods have theirs
   * @param faults namespaces by what is wrong with them, as files
   */
  NodeAgent(ApiServer api, Path folder, Path faults) {
    this.api = api;
    this.folder = folder;
    this.faults = faults;
  }

  void look() {
    for (var entry : api.objects(PodObject::isOne).entrySet()) {
      var pod = PodObject.of(entry);
      if (!pod.over() && !runs.containsKey(pod.uid())) {
        var run = new PodRun(this, pod);
        runs.put(pod.uid(), run);
        threads.execute(() -> {
          try {
            run.run();
          } finally {
            runs.remove(pod.uid());
          }
        });
      }
    }
  }

  ApiServer api() {
    return api;
  }

  PodAddressPool addresses() {
    return addresses;
  }

  Path home(PodObject pod) {
    return folder.resolve(pod.namespace()).resolve(pod.name());
  }

  /** The pod as it is now; empty where it is gone, or another has its name. */
  Optional<PodObject> now(PodObject pod) {
    return api.object(pod.path())
        .map(object -> new PodObject(pod.path(), object))
        .filter(now -> now.uid().equals(pod.uid()));
  }

  Optional<JsonNode> object(PodObject pod, String collection, String name) {
    return api.object("/api/v1/namespaces/" + pod.namespace() + "/" + collection + "/" + name)
        .map(JsonNode.class::cast);
  }

  /** Whether pods that are started in a namespace get an NGINX that knows less than others. */
  boolean isOld(PodObject pod) {
    return Files.exists(faults.resolve(pod.namespace()));
  }

  /**
   * Addresses of loopback, one for each pod: all of 127.0.0.0/8 leads to this machine, so pods can
   * listen on the same port. None is given twice until all were. For many threads.
   */
  static final class PodAddressPool {
    private static final int EACH = 250;
    private static final int ALL = EACH * EACH;

    private final Set<String> taken = new HashSet<>();
    private int next;

    synchronized String take() {
      for (int i = 0; i < ALL; i++) {
        int n = next++ % ALL;
        String address = "127.96." + (n / EACH) + "." + (n % EACH + 1);
        if (taken.add(address)) {
          return address;
        }
      }
      throw new IllegalStateException("all " + ALL + " addresses of pods are taken");
    }

    synchronized void keep(String address) {
      taken.add(address);
    }

    synchronized void give(String address) {
      taken.remove(address);
    }
  }
}
