package dev.deployclaw.bench.measure;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.deployclaw.testkit.redis.RedisNode;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.lang3.function.FailableRunnable;

/**
 * Time and CPU around a turn: of the Redis server that works, and of this process. For one thread.
 */
public record TurnMeter(RedisNode redis) {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);
  private static final int NANOS = 1_000;

  public WorkloadMeasurement around(long calls, FailableRunnable<InterruptedException> task)
      throws InterruptedException {
    var threads = threads();
    long serverBefore = micros(redis);
    long ownBefore = SYSTEM.getProcessCpuTime();
    long begin = System.nanoTime();
    task.run();
    long nanos = System.nanoTime() - begin;
    long own = SYSTEM.getProcessCpuTime() - ownBefore;
    long used = micros(redis) - serverBefore;
    return new WorkloadMeasurement(calls, nanos, used, own / NANOS, busiest(threads));
  }

  /** CPU of each platform thread of this process, in nanoseconds, by its number. */
  private static Map<Long, Long> threads() {
    long[] all = THREADS.getAllThreadIds();
    long[] used = THREADS.getThreadCpuTime(all);
    var out = new HashMap<Long, Long>();
    for (int i = 0; i < all.length; i++) {
      out.put(all[i], used[i]);
    }
    return out;
  }

  /** What the thread used since then that used the most. */
  private static long busiest(Map<Long, Long> before) {
    return threads().entrySet().stream()
        .mapToLong(now -> now.getValue() - before.getOrDefault(now.getKey(), 0L))
        .max()
        .orElse(0);
  }

  /** Of all its threads, in user and system mode, since it was started. */
  private static long micros(RedisNode redis) {
    return redis
        .call("INFO", "cpu")
        .lines()
        .filter(line -> line.startsWith("used_cpu_sys:") || line.startsWith("used_cpu_user:"))
        .mapToLong(line -> micros(line.substring(line.indexOf(':') + 1)))
        .sum();
  }

  private static long micros(String seconds) {
    return new BigDecimal(seconds.strip()).movePointRight(6).longValue();
  }
}
