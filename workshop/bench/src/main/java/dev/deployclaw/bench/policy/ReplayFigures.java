package dev.deployclaw.bench.policy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.deployclaw.bench.measure.ChildProcessRun;
import dev.deployclaw.bench.measure.TimingSamples;
import dev.deployclaw.bench.sample.SampleAccessLog;
import dev.deployclaw.bench.sample.SampleEstate;
import dev.deployclaw.bench.sample.SampleTenants;
import dev.deployclaw.policy.PolicySet;
import dev.deployclaw.policy.parse.PolicyYamlWriter;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * How fast the command {@code impact} replays a log, against reading its lines and nothing else.
 *
 * @param impact the command, whole
 * @param start the same with a log of one line: what starting and reading the policies takes
 * @param reader all lines as text in a warm JVM
 * @param wc {@code wc -l}, whole
 * @param peakBytes of memory that the command took
 */
record ReplayFigures(
    SampleAccessLog log,
    TimingSamples impact,
    TimingSamples start,
    TimingSamples reader,
    TimingSamples wc,
    long peakBytes) {
  private static final String MAIN = "dev.deployclaw.container.Main";
  private static final String SHORT = "short.log";

  /**
   * Writes the log, which is removed at the end.
   *
   * @param folder for it and the policies
   * @param heap of the command's JVM, as in {@code -Xmx}
   */
  record Setting(Path folder, int tenants, String heap) {
    Setting {
      var before = SampleTenants.of(tenants);
      policies(folder.resolve("before"), before);
      policies(folder.resolve("after"), SampleEstate.changed(before));
    }

    ReplayFigures measure(long bytes, int rounds) throws InterruptedException {
      var log = SampleAccessLog.write(folder.resolve("access.log"), bytes, tenants);
      var one = SampleAccessLog.write(folder.resolve(SHORT), 1, tenants);
      try {
        return measure(log, one, rounds);
      } finally {
        delete(log.file());
        delete(one.file());
      }
    }

    private ReplayFigures measure(SampleAccessLog log, SampleAccessLog one, int rounds)
        throws InterruptedException {
      List<Long> impact = new ArrayList<>();
      List<Long> start = new ArrayList<>();
      List<Long> reader = new ArrayList<>();
      List<Long> wc = new ArrayList<>();
      long peak = 0;
      long _ = lines(log.file());
      for (int i = 0; i < rounds; i++) {
        var whole = impact(log);
        impact.add(whole.nanos());
        peak = Math.max(peak, whole.peakBytes());
        start.add(impact(one).nanos());
        reader.add(read(log));
        wc.add(ChildProcessRun.run(List.of("wc", "-l", log.file().toString()), out()).nanos());
      }
      return new ReplayFigures(
          log,
          new TimingSamples(impact),
          new TimingSamples(start),
          new TimingSamples(reader),
          new TimingSamples(wc),
          peak);
    }

    private ChildProcessRun impact(SampleAccessLog log) throws InterruptedException {
      var words =
          List.of(
              "impact",
              log.file().toString(),
              "--before=" + folder.resolve("before"),
              "--after=" + folder.resolve("after"),
              "--json");
      var child = ChildProcessRun.run(ChildProcessRun.java(heap, MAIN, words), out());
      long replayed = requests(child.said());
      if (replayed != log.lines()) {
        throw new IllegalStateException("replayed " + replayed + " of " + log.lines() + " lines");
      }
      return child;
    }

    private Path out() {
      return folder.resolve("out");
    }
  }

  private static void policies(Path folder, PolicySet set) {
    try {
      Files.createDirectories(folder);
      for (var policy : set.tenants().values()) {
        Files.writeString(folder.resolve(policy.tenant() + ".yaml"), PolicyYamlWriter.yaml(policy));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long requests(String document) {
    try {
      return new ObjectMapper().readTree(document).path("requests").asLong();
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("no document: " + document, e);
    }
  }

  private static long read(SampleAccessLog log) {
    long begin = System.nanoTime();
    long lines = lines(log.file());
    if (lines != log.lines()) {
      throw new IllegalStateException(lines + " lines, not " + log.lines());
    }
    return System.nanoTime() - begin;
  }

  private static long lines(Path file) {
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      long lines = 0;
      while (reader.readLine() != null) {
        lines++;
      }
      return lines;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void delete(Path file) {
    try {
      Files.delete(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** By the median; its start is left out. */
  long linesPerSecond() {
    return perSecond(Math.max(1, impact.median() - start.median()));
  }

  long perSecond(long nanos) {
    return Math.round(log.lines() * 1e9 / nanos);
  }

  /** In thousandths: how many times as long as reading the lines, its start left out. */
  long ratio() {
    return (impact.median() - start.median()) * 1_000 / reader.median();
  }

  /** Whole numbers only. */
  Map<String, Object> json() {
    var out = new LinkedHashMap<String, Object>();
    out.put("bytes", log.bytes());
    out.put("lines", log.lines());
    out.put("impact_us", impact.median() / 1_000);
    out.put("start_us", start.median() / 1_000);
    out.put("reader_us", reader.median() / 1_000);
    out.put("wc_us", wc.median() / 1_000);
    out.put("impact_lines_per_second", linesPerSecond());
    out.put("impact_to_reader_milli", ratio());
    out.put("peak_bytes", peakBytes);
    return out;
  }
}
