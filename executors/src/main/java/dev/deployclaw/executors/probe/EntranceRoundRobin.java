package dev.deployclaw.executors.probe;

import dev.deployclaw.executors.probe.ProbeSettings.Entrance;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** The entrances by gateway; each gateway's are taken in turn. For many threads. */
final class EntranceRoundRobin {
  private final Map<String, List<Entrance>> byGateway = new TreeMap<>();
  private final Map<String, AtomicInteger> turns = new TreeMap<>();

  EntranceRoundRobin(List<Entrance> entrances) {
    for (var entrance : entrances) {
      byGateway.merge(entrance.name(), List.of(entrance), EntranceRoundRobin::both);
      turns.putIfAbsent(entrance.name(), new AtomicInteger());
    }
  }

  List<String> gateways() {
    return List.copyOf(byGateway.keySet());
  }

  /** Empty where the gateway has none. */
  Optional<Entrance> next(String gateway) {
    var turn = turns.get(gateway);
    var all = byGateway.getOrDefault(gateway, List.of());
    return turn == null
        ? Optional.empty()
        : Optional.of(all.get(Math.floorMod(turn.getAndIncrement(), all.size())));
  }

  private static List<Entrance> both(List<Entrance> some, List<Entrance> more) {
    return Stream.concat(some.stream(), more.stream()).toList();
  }
}
