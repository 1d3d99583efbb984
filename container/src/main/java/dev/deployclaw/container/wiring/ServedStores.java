package dev.deployclaw.container.wiring;

import dev.deployclaw.container.config.Config;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.executors.etcd.ConfigurationStore;
import dev.deployclaw.executors.etcd.EtcdStateStore;
import dev.deployclaw.executors.sandbox.Joined;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The configuration stores that services read limits from, by name. */
public record ServedStores(Map<String, StateStore> byName) implements AutoCloseable {
  public ServedStores {
    byName = Map.copyOf(byName);
  }

  static ServedStores of(List<Config.ConfigurationStore> configured) {
    var stores = new TreeMap<String, StateStore>();
    for (var store : configured) {
      stores.put(store.name(), new EtcdStateStore(BackEnds.etcd(store.etcd())));
    }
    return new ServedStores(stores);
  }

  /**
   * One participant, also where there is no store: it says so.
   *
   * @param others stores of other kinds
   */
  Executor executor(Stream<Executor> others) {
    var all = new ArrayList<>(others.toList());
    if (all.isEmpty() || !byName.isEmpty()) {
      all.addFirst(new ConfigurationStore(byName));
    }
    return Joined.of(all);
  }

  @Override
  public void close() {
    byName.values().forEach(StateStore::close);
  }
}
