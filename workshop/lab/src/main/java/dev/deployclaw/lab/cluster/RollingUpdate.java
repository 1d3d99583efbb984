package dev.deployclaw.lab.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/**
 * A Deployment and its ReplicaSets at one look, and how many pods each of them is to have next: the
 * rules of the Deployment controller ({@code pkg/controller/deployment/rolling.go}, {@code
 * recreate.go}, {@code sync.go}), for pods of which all that a container needs to be available is
 * to be ready.
 *
 * @param current the one of the template as it is now
 * @param former those of other templates, the oldest first
 */
record RollingUpdate(
    ObjectNode deployment, ReplicaSetObject current, List<ReplicaSetObject> former) {
  private static final int QUARTER = 25;
  private static final int PERCENT = 100;

  Map<ReplicaSetObject, Integer> sizes() {
    if (paused() || isScaled()) {
      return scaled();
    }
    int grown = grown();
    if (grown != current.wanted()) {
      return Map.of(current, grown);
    }
    return recreates() ? emptied() : shrunk();
  }

  /** The Deployment's number changed since its ReplicaSets were sized by it. */
  private boolean isScaled() {
    return all().stream()
        .filter(s -> s.wanted() > 0)
        .anyMatch(s -> {
          var said = s.object().at("/metadata/annotations").path(ReplicaSetObject.DESIRED);
          return !said.isMissingNode() && said.asInt() != desired();
        });
  }

  private Map<ReplicaSetObject, Integer> scaled() {
    var active = all().stream().filter(s -> s.wanted() > 0).toList();
    if (active.size() > 1) {
      var same = new LinkedHashMap<ReplicaSetObject, Integer>();
      active.forEach(s -> same.put(s, s.wanted()));
      return paused() ? Map.of() : same;
    }
    var only = active.isEmpty() ? current : active.getFirst();
    return only.wanted() == desired() && !isScaled() ? Map.of() : Map.of(only, desired());
  }

  private int grown() {
    if (current.wanted() > desired()) {
      return desired();
    }
    int most =
        recreates()
            ? (sum(former, ReplicaSetObject::replicas) == 0 ? desired() : 0)
            : desired() + surge() - sum(all(), ReplicaSetObject::wanted);
    return current.wanted() + Math.max(0, Math.min(desired() - current.wanted(), most));
  }

  private Map<ReplicaSetObject, Integer> emptied() {
    var out = new LinkedHashMap<ReplicaSetObject, Integer>();
    former.stream().filter(s -> s.wanted() > 0).forEach(s -> out.put(s, 0));
    return out;
  }

  private Map<ReplicaSetObject, Integer> shrunk() {
    int least = desired() - unavailable();
    int unready = current.wanted() - current.available();
    int most = sum(all(), ReplicaSetObject::wanted) - least - unready;
    var out = new LinkedHashMap<ReplicaSetObject, Integer>();
    for (ReplicaSetObject set : former) {
      int gone = Math.min(Math.max(0, most), Math.max(0, set.wanted() - set.available()));
      most -= gone;
      out.put(set, set.wanted() - gone);
    }
    int spare = sum(all(), ReplicaSetObject::available) - least;
    for (ReplicaSetObject set : former) {
      int gone = Math.min(Math.max(0, Math.min(spare, most)), out.getOrDefault(set, 0));
      spare -= gone;
      most -= gone;
      out.merge(set, -gone, Integer::sum);
    }
    out.entrySet().removeIf(e -> e.getValue() == e.getKey().wanted());
    return out;
  }

  List<ReplicaSetObject> all() {
    var out = new ArrayList<>(former);
    out.add(current);
    return out;
  }

  static int sum(List<ReplicaSetObject> sets, ToIntFunction<ReplicaSetObject> number) {
    return sets.stream().mapToInt(number).sum();
  }

  int desired() {
    return deployment.at("/spec/replicas").asInt(1);
  }

  boolean complete() {
    return current.replicas() == desired()
        && sum(all(), ReplicaSetObject::replicas) == desired()
        && sum(all(), ReplicaSetObject::available) == desired();
  }

  boolean paused() {
    return deployment.at("/spec/paused").asBoolean();
  }

  int unavailable() {
    int unavailable = Math.min(desired(), part("maxUnavailable", false));
    return unavailable == 0 && surge() == 0 ? 1 : unavailable;
  }

  int surge() {
    return recreates() ? 0 : part("maxSurge", true);
  }

  /** A number, or a share of the replicas; a surge is rounded up, what may be missing down. */
  private int part(String field, boolean up) {
    JsonNode given = deployment.at("/spec/strategy/rollingUpdate").path(field);
    if (given.isInt()) {
      return given.asInt();
    }
    String text = given.asText(QUARTER + "%").replace("%", "");
    int share = desired() * Integer.parseInt(text);
    return up ? Math.ceilDiv(share, PERCENT) : share / PERCENT;
  }

  private boolean recreates() {
    return deployment.at("/spec/strategy/type").asText().equals("Recreate");
  }
}
