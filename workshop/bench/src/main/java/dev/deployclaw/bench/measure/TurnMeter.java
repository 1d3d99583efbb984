package dev.deployclaw.bench.measure;

import com.sun.management.OperatingSystemMXBean;
import dev.deployclaw.testkit.redis.RedisNode;
import java.lang.management.ManagementFactory;
import java.math.BigDecimal;

/** Time and CPU around a turn: of a Redis node, and of this process. For one thread. */
public record TurnMeter(RedisNode redis) {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
  private static final int NANOS = 1_000;

  /** What is done in a turn. */
  public interface Task {
    void run() throws InterruptedException;
  }

  public WorkloadMeasurement around(long calls, Task task) throws InterruptedException {
    long redisBefore = redisMicros();
    long ownBefore = SYSTEM.getProcessCpuTime();
    long begin = System.nanoTime();
    task.run();
    long nanos = System.nanoTime() - begin;
    long own = SYSTEM.getProcessCpuTime() - ownBefore;
    return new WorkloadMeasurement(calls, nanos, redisMicros() - redisBefore, own / NANOS);
  }

  /** Of all its threads, in user and system mode, since it was started. */
  private long redisMicros() {
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
