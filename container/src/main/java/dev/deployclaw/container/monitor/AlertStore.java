package dev.deployclaw.container.monitor;

import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.container.file.AtomicFile;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is wrong now, by fingerprint, kept on disk so that the end of a condition is told of by the
 * next process too. Any thread.
 */
public final class AlertStore {
  private static final Logger LOG = LoggerFactory.getLogger(AlertStore.class);

  /** A condition that holds for so long is told of again, marked as repeated. */
  public static final Duration REPEAT = Duration.ofMinutes(30);

  private final String domain;
  private final Path file;
  private final Map<String, AlertNotification> standing = new HashMap<>();

  private AlertStore(String domain, Path file) {
    this.domain = domain;
    this.file = file;
  }

  /** The content of the file still stands. */
  public static AlertStore open(String domain, Path file) {
    var board = new AlertStore(domain, file);
    AtomicFile.read(file).ifPresent(board::restore);
    return board;
  }

  /**
   * Takes in what was just seen.
   *
   * @param looked the kinds that were looked for: a condition of one of these that isn't among
   *     {@code now} is over; all others are left alone
   * @return what is to be told
   */
  public synchronized List<AlertNotification> see(
      Set<AlertKind> looked, Collection<AlertCondition> now, Instant at) {
    var told = new ArrayList<AlertNotification>();
    var seen = new HashSet<String>();
    for (var condition : now) {
      String fingerprint = condition.fingerprint(domain);
      seen.add(fingerprint);
      firing(fingerprint, condition, at).ifPresent(told::add);
    }
    for (var notice : List.copyOf(standing.values())) {
      if (looked.contains(notice.condition().kind()) && !seen.contains(notice.fingerprint())) {
        standing.remove(notice.fingerprint());
        told.add(notice.over(id(), at));
      }
    }
    if (!told.isEmpty()) {
      keep();
      told.forEach(AlertStore::log);
    }
    return told;
  }

  /** What is wrong now, oldest first. */
  public synchronized List<AlertNotification> standing() {
    return standing.values().stream()
        .sorted(
            Comparator.comparing(AlertNotification::since)
                .thenComparing(AlertNotification::fingerprint))
        .toList();
  }

  private Optional<AlertNotification> firing(
      String fingerprint, AlertCondition condition, Instant at) {
    var before = standing.get(fingerprint);
    boolean same = before != null && before.condition().members().equals(condition.members());
    if (before != null && same && before.at().plus(REPEAT).isAfter(at)) {
      return Optional.empty();
    }
    var since = before == null ? at : before.since();
    var notice = new AlertNotification(id(), fingerprint, domain, true, same, condition, since, at);
    standing.put(fingerprint, notice);
    return Optional.of(notice);
  }

  private static String id() {
    return UUID.randomUUID().toString();
  }

  private void keep() {
    try {
      AtomicFile.write(
          file, CanonicalJson.bytes(standing().stream().map(AlertNotification::toMap).toList()));
    } catch (UncheckedIOException e) {
      LOG.atWarn().setCause(e).log("Alerts are kept in memory only");
    }
  }

  private void restore(byte[] bytes) {
    try {
      if (StrictJson.parse(bytes) instanceof List<?> notices) {
        for (var one : notices) {
          if (one instanceof Map<?, ?> fields) {
            AlertNotification.read(fields).ifPresent(n -> standing.put(n.fingerprint(), n));
          }
        }
      }
    } catch (StrictJson.Malformed e) {
      LOG.atWarn()
          .addKeyValue("file", file)
          .log("Earlier alerts can't be read; they will be detected again");
    }
  }

  private static void log(AlertNotification notice) {
    if (!notice.repeated()) {
      var level = notice.firing() ? LOG.atWarn() : LOG.atInfo();
      level
          .addKeyValue("event", notice.condition().kind().word())
          .addKeyValue("subject", notice.condition().subject())
          .addKeyValue("summary", notice.condition().summary())
          .log(notice.firing() ? "An alert was raised" : "An alert was cleared");
    }
  }
}
