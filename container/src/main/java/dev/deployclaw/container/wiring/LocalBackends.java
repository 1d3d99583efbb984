package dev.deployclaw.container.wiring;

import dev.deployclaw.container.config.AgentConfig;
import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.core.call.ExecutorIsolation;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.executors.etcd.EtcdStateStore;
import dev.deployclaw.executors.etcd.configuration.ConfigurationStoreExecutor;
import dev.deployclaw.executors.member.CompositeExecutor;
import dev.deployclaw.executors.s3.S3ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The executors in this process, with the credentials of all back ends.
 *
 * @param objects the bucket
 */
public record LocalBackends(
    List<BackendExecutor> executors,
    ObjectStore objects,
    KubernetesExecutors clusters,
    ConfigurationStores stores)
    implements BackendSide {

  /** For the executor host: by a connection of its own to the state store, closed with it. */
  public static BackendSide open(AgentConfig config) throws SetupException {
    StateStore state = new EtcdStateStore(ExecutorFactory.etcd(config.etcd()));
    boolean opened = false;
    try {
      var key = ProbeKeyFile.open(config.stateDir()).privateKey();
      var local = around(config, state, key, new S3ObjectStore(ExecutorFactory.s3(config.s3())));
      opened = true;
      return new Owning(local, state);
    } finally {
      if (!opened) {
        state.close();
      }
    }
  }

  /**
   * By what the caller opened; the state store stays the caller's.
   *
   * @param probeKey that signs synthetic requests
   */
  static LocalBackends around(
      AgentConfig config, StateStore state, String probeKey, ObjectStore objects) {
    var clusters = KubernetesExecutors.of(config.kubernetes(), ExecutorFactory.patches(config));
    var stores = ConfigurationStores.of(config.configurationStores());
    var bare = new ArrayList<>(ExecutorFactory.executors(config, state, probeKey, clusters));
    bare.add(stores.executor(clusters.stores()));
    return new LocalBackends(List.copyOf(bare), objects, clusters, stores);
  }

  @Override
  public Optional<ExecutorIsolation> isolation() {
    return Optional.of(ExecutorIsolation.NONE);
  }

  @Override
  public void close() {
    try (clusters;
        stores) {}
  }

  /** With the state store that only they use. */
  private record Owning(LocalBackends local, StateStore state) implements BackendSide {
    @Override
    public List<BackendExecutor> executors() {
      return local.executors();
    }

    @Override
    public ObjectStore objects() {
      return local.objects();
    }

    @Override
    public Optional<ExecutorIsolation> isolation() {
      return local.isolation();
    }

    @Override
    public void close() {
      try (state;
          local) {}
    }
  }

  /** The configuration stores that services read limits from, by name. */
  record ConfigurationStores(Map<String, StateStore> byName) implements AutoCloseable {
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
}
