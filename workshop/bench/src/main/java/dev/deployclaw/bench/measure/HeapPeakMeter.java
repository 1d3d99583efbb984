package dev.deployclaw.bench.measure;

import com.sun.management.GarbageCollectionNotificationInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import javax.management.ListenerNotFoundException;
import javax.management.Notification;
import javax.management.NotificationEmitter;
import javax.management.NotificationListener;
import javax.management.openmbean.CompositeData;

/**
 * The most that the heap held after a collection, while this was open. A small collection leaves
 * garbage among what is old, so it is an upper bound of what was needed.
 */
public final class HeapPeakMeter implements AutoCloseable {
  private static final Set<String> HEAP =
      ManagementFactory.getMemoryPoolMXBeans().stream()
          .filter(pool -> pool.getType() == MemoryType.HEAP)
          .map(pool -> pool.getName())
          .collect(Collectors.toUnmodifiableSet());

  private final List<NotificationEmitter> collectors = new ArrayList<>();
  private final NotificationListener listener = (told, _) -> take(told);
  private final AtomicLong most = new AtomicLong();

  public HeapPeakMeter() {
    for (var collector : ManagementFactory.getGarbageCollectorMXBeans()) {
      if (collector instanceof NotificationEmitter emitter) {
        emitter.addNotificationListener(listener, null, null);
        collectors.add(emitter);
      }
    }
  }

  /** Bytes that are reachable now. */
  public static long live() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /** In bytes; 0 where there was no collection. */
  public long most() {
    return most.get();
  }

  @Override
  public void close() {
    for (var collector : collectors) {
      try {
        collector.removeNotificationListener(listener);
      } catch (ListenerNotFoundException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private void take(Notification told) {
    if (told.getUserData() instanceof CompositeData data) {
      Map<String, MemoryUsage> after =
          GarbageCollectionNotificationInfo.from(data).getGcInfo().getMemoryUsageAfterGc();
      long used =
          after.entrySet().stream()
              .filter(e -> HEAP.contains(e.getKey()))
              .mapToLong(e -> e.getValue().getUsed())
              .sum();
      most.accumulateAndGet(used, Math::max);
    }
  }
}
