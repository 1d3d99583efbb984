package dev.deployclaw.executors.host;

import dev.deployclaw.core.spi.ObjectStore;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** A bucket. */
public final class MemoryStore implements ObjectStore {
  private final Map<String, byte[]> kept = new ConcurrentHashMap<>();

  /** What it keeps by a name. */
  public Optional<byte[]> kept(String name) {
    return Optional.ofNullable(kept.get(name));
  }

  @Override
  public Put create(String name, byte[] bytes) {
    return kept.putIfAbsent(name, bytes) == null ? new Put.Created() : new Put.AlreadyThere();
  }

  @Override
  public Get read(String name) {
    return kept(name).<Get>map(Get.Found::new).orElseGet(Get.Absent::new);
  }

  @Override
  public String locate(String name) {
    return name;
  }

  @Override
  public void close() {}
}
