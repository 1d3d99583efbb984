package dev.deployclaw.container.wiring;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.executors.etcd.EtcdStateStore;
import dev.deployclaw.executors.etcd.configuration.ConfigurationStoreExecutor;
import dev.deployclaw.executors.member.CompositeExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The configuration stores that services read limits from, by name. */
public record ConfigurationStores(Map<String, StateStore> byName) implements AutoCloseable {
  public ConfigurationStores {
    byName = Map.copyOf(byName);
  }

  static ConfigurationStores of(List<AgentConfig.ConfigurationStore> configured) {
    var stores = new TreeMap<String, StateStore>();
    for (var store : configured) {
      stores.put(store.name(), new EtcdStateStore(ExecutorFactory.etcd(store.etcd())));
    }
    return new ConfigurationStores(stores);
  }

  /**
   * One participant, also where there is no store: it says so.
   *
   * @param others stores of other kinds
   */
  BackendExecutor executor(Stream<BackendExecutor> others) {
    var all = new ArrayList<>(others.toList());
    if (all.isEmpty() || !byName.isEmpty()) {
      all.addFirst(new ConfigurationStoreExecutor(byName));
    }
    return CompositeExecutor.of(all);
  }

  @Override
  public void close() {
    byName.values().forEach(StateStore::close);
  }
}
