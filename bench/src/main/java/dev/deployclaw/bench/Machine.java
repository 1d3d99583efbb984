package dev.deployclaw.bench;

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
record Machine(int cores, long loadPercent, String java, List<String> flags) {
  static Machine now() {
    var system = ManagementFactory.getOperatingSystemMXBean();
    return new Machine(
        system.getAvailableProcessors(),
        Math.round(system.getSystemLoadAverage() * 100),
        Runtime.version().toString(),
        ManagementFactory.getRuntimeMXBean().getInputArguments());
  }

  String text() {
    return String.format(
        Locale.ROOT,
        "%d cores, load average %.1f, Java %s %s",
        cores,
        loadPercent / 100.0,
        java,
        String.join(" ", flags));
  }

  Map<String, Object> json() {
    return Map.of("cores", cores, "load_percent", loadPercent, "java", java, "java_flags", flags);
  }
}
