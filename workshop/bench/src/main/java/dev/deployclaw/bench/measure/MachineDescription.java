package dev.deployclaw.bench.measure;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Where figures were measured.
 *
 * @param loadPercent the load average of the last minute in hundredths, neighbours and the bench
 *     itself included; negative where it isn't known
 */
public record MachineDescription(int cores, long loadPercent, String java, List<String> flags) {
  public static MachineDescription now() {
    var system = ManagementFactory.getOperatingSystemMXBean();
    return new MachineDescription(
        system.getAvailableProcessors(),
        Math.round(system.getSystemLoadAverage() * 100),
        Runtime.version().toString(),
        ManagementFactory.getRuntimeMXBean().getInputArguments());
  }

  public String text() {
    return String.format(
        Locale.ROOT,
        "%d cores, load average %.1f, Java %s %s",
        cores,
        loadPercent / 100.0,
        java,
        String.join(" ", flags));
  }

  public Map<String, Object> json() {
    return Map.of("cores", cores, "load_percent", loadPercent, "java", java, "java_flags", flags);
  }
}
