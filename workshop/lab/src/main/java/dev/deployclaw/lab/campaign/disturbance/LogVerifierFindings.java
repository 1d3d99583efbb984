package dev.deployclaw.lab.campaign.disturbance;

import dev.deployclaw.audit.verify.LogVerifier;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What the product's own verifier says of a machine's latest logs. The judge looks at chains; this
 * looks at whether what they tell is by the rules.
 */
final class LogVerifierFindings {
  /** More than a trial leaves. */
  private static final int LATEST = 6;

  private static final String LOG = ".jsonl";

  private LogVerifierFindings() {}

  static List<String> wrong(Path executions) throws IOException {
    var wrong = new ArrayList<String>();
    for (var file : latest(executions)) {
      String name = file.getFileName().toString();
      String execution = name.substring(0, name.length() - LOG.length());
      var records =
          Files.readAllLines(file).stream()
              .map(line -> line.getBytes(StandardCharsets.UTF_8))
              .toList();
      LogVerifier.records(execution, records)
          .forEach(f ->
              wrong.add(
                  "audit verify, %s, record %d: %s: %s"
                      .formatted(execution, f.seq(), f.word(), f.what())));
    }
    return wrong;
  }

  private static List<Path> latest(Path executions) throws IOException {
    try (var files = Files.list(executions)) {
      return files
          .filter(f -> f.toString().endsWith(LOG))
          .sorted(Comparator.comparingLong(f -> -f.toFile().lastModified()))
          .limit(LATEST)
          .toList();
    }
  }
}
