package dev.deployclaw.core.fake;

import dev.deployclaw.core.spi.CallFault;
import dev.deployclaw.core.spi.ObjectStore;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A bucket in memory that creates each name once. */
public final class FakeObjectStore implements ObjectStore {
  private final Map<String, byte[]> objects = new TreeMap<>();
  private final Map<String, byte[]> kept = new TreeMap<>();
  private boolean reachable = true;
  private Predicate<String> swallowed = _ -> false;
  private boolean keeps;

  synchronized FakeObjectStore copy() {
    var copy = new FakeObjectStore();
    copy.objects.putAll(objects);
    copy.kept.putAll(kept);
    copy.reachable = reachable;
    copy.keeps = keeps;
    return copy;
  }

  public synchronized void reachable(boolean now) {
    reachable = now;
  }

  /** Says of these that they were created, and creates nothing. */
  public synchronized void swallowing(Predicate<String> names) {
    swallowed = names;
  }

  /** What nobody may do, and somebody does. */
  public synchronized void alter(String name, byte[] bytes) {
    objects.put(name, bytes);
  }

  /** What lies there, whoever can reach it. */
  public synchronized Optional<byte[]> stored(String name) {
    return Optional.ofNullable(objects.get(name));
  }

  /** From now on what can't be created is kept. */
  public synchronized Map<String, byte[]> keeping() {
    keeps = true;
    return kept;
  }

  @Override
  public synchronized boolean keep(String name, byte[] bytes) {
    if (keeps) {
      kept.put(name, bytes.clone());
    }
    return keeps;
  }

  public synchronized Set<String> names() {
    return Set.copyOf(objects.keySet());
  }

  /** Those of {@link #names} that are checkpoints, and not the copy of the logs' chain. */
  public Set<String> checkpoints() {
    return names().stream()
        .filter(name -> name.startsWith("checkpoints/"))
        .collect(Collectors.toUnmodifiableSet());
  }

  @Override
  public synchronized Put create(String name, byte[] bytes) {
    if (!reachable) {
      return new Put.Failed(new CallFault.Unavailable("no route to the bucket"));
    }
    if (swallowed.test(name)) {
      return new Put.Created();
    }
    return objects.putIfAbsent(name, bytes.clone()) == null
        ? new Put.Created()
        : new Put.AlreadyThere();
  }

  @Override
  public synchronized Get read(String name) {
    if (!reachable) {
      return new Get.Failed(new CallFault.Unavailable("no route to the bucket"));
    }
    byte[] bytes = objects.get(name);
    return bytes == null ? new Get.Absent() : new Get.Found(bytes.clone());
  }

  @Override
  public String locate(String name) {
    return "s3://fake/" + name;
  }

  @Override
  public void close() {}

  ObjectStore over(AgentWire wire) {
    return new ObjectStore() {
      @Override
      public Put create(String name, byte[] bytes) throws InterruptedException {
        return wire.call("s3.create", () -> FakeObjectStore.this.create(name, bytes));
      }

      @Override
      public Get read(String name) throws InterruptedException {
        return wire.call("s3.read", () -> FakeObjectStore.this.read(name));
      }

      @Override
      public boolean keep(String name, byte[] bytes) {
        return FakeObjectStore.this.keep(name, bytes);
      }

      @Override
      public String locate(String name) {
        return FakeObjectStore.this.locate(name);
      }

      @Override
      public void close() {}
    };
  }
}
