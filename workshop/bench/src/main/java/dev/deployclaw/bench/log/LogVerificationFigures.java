package dev.deployclaw.bench.log;

import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.bench.measure.ChildProcessRun;
import dev.deployclaw.bench.measure.FigureTable;
import dev.deployclaw.bench.sample.SampleLogEntries;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The verifier as a program of its own over signed logs, against reading and hashing their files.
 *
 * @param nanos the verifier, whole
 * @param floor reading and SHA-256 of the same files, in this JVM
 * @param peakBytes of memory that it took
 */
record LogVerificationFigures(
    long records, int of, long bytes, long nanos, long floor, long peakBytes) {
  private static final String MAIN = "dev.deployclaw.audit.verify.VerifierMain";

  /** Empty where there is nothing to verify. */
  static List<LogVerificationFigures> measure(Path folder, int records, int of, String heap)
      throws IOException, InterruptedException {
    int logs = Math.ceilDiv(records, of);
    if (logs == 0) {
      return List.of();
    }
    Path documents = Files.createDirectories(folder.resolve("documents"));
    var signer = HeadSigner.open(documents);
    var files = new ArrayList<String>();
    long bytes = 0;
    for (int n = 0; n < logs; n++) {
      Path file = documents.resolve(n + ".json");
      var document = ExecutionDocument.of(SampleLogEntries.log("bench-verify-" + n, of), signer);
      Files.writeString(file, document.text());
      bytes += Files.size(file);
      files.add(file.toString());
    }
    long floor = floor(files);
    var words = new ArrayList<>(List.of("--key", signer.publicKey()));
    words.addAll(files);
    var child =
        ChildProcessRun.run(ChildProcessRun.java(heap, MAIN, words), folder.resolve("findings"));
    if (!child.said().strip().equals("{\"links\":0,\"logs\":" + logs + "}")) {
      throw new IllegalStateException("findings: " + child.said());
    }
    for (String file : files) {
      Files.delete(Path.of(file));
    }
    return List.of(
        new LogVerificationFigures(
            (long) logs * of, of, bytes, child.nanos(), floor, child.peakBytes()));
  }

  private static long floor(List<String> files) throws IOException {
    long begin = System.nanoTime();
    for (String file : files) {
      var _ = CanonicalJson.sha256(Files.readAllBytes(Path.of(file)));
    }
    return System.nanoTime() - begin;
  }

  static FigureTable<LogVerificationFigures> table(List<LogVerificationFigures> all) {
    return new FigureTable<>("verified", "Verified", all)
        .whole("records", "records", LogVerificationFigures::records)
        .whole("in logs of", "of", LogVerificationFigures::of)
        .megabytes("MB", "bytes", LogVerificationFigures::bytes)
        .seconds("s", "verifier_us", LogVerificationFigures::nanos)
        .whole("records/s", "records_per_second", f -> Math.round(f.records * 1e9 / f.nanos))
        .seconds("reading and SHA-256, s", "floor_us", LogVerificationFigures::floor)
        .milli("ratio", "ratio_milli", f -> f.nanos * 1_000 / f.floor)
        .megabytes("peak MB", "peak_bytes", LogVerificationFigures::peakBytes);
  }
}
