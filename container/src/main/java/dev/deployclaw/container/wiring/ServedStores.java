package dev.deployclaw.container.wiring;

import dev.deployclaw.container.config.Config;
import dev.deployclaw.core.spi.Executor;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.executors.etcd.ConfigurationStore;
import dev.deployclaw.executors.etcd.EtcdStateStore;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

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

  /** One participant, also where there is no store: it says so. */
  Executor executor() {
    return new ConfigurationStore(byName);
  }

  @Override
  public void close() {
    byName.values().forEach(StateStore::close);
  }
}
