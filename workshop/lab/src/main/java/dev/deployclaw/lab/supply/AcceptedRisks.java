package dev.deployclaw.lab.supply;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Vulnerabilities that somebody looked at and accepts for a while: a file with one in each line,
 * its id, the last day, and why. Lines that begin with {@code #} are comments.
 */
final class AcceptedRisks {
  private final Map<String, Risk> risks = new TreeMap<>();

  private AcceptedRisks() {}

  /** Accepted until the end of a day. */
  record Risk(LocalDate until, String reason) {}

  /**
   * @throws IOException where a line isn't such; its number is named
   */
  static AcceptedRisks read(Path file) throws IOException {
    var accepted = new AcceptedRisks();
    var lines = Files.readAllLines(file);
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        accepted.add(file + ", line " + (i + 1), line.split("\\s+", 3));
      }
    }
    return accepted;
  }

  private void add(String place, String[] words) throws IOException {
    try {
      if (words.length < 3) {
        throw new DateTimeException("no reason");
      }
      risks.put(words[0], new Risk(LocalDate.parse(words[1]), words[2]));
    } catch (DateTimeException e) {
      throw new IOException(place + ": write an id, a day as 2027-01-31, and the reason", e);
    }
  }

  Optional<Risk> of(String id, LocalDate today) {
    return Optional.ofNullable(risks.get(id)).filter(r -> !today.isAfter(r.until()));
  }
}
