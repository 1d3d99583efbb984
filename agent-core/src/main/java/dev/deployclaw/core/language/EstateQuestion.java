package dev.deployclaw.core.language;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A question about the estate: it is answered by reading, never by an execution.
 *
 * @param tenants that it names; may be empty
 * @param service where; empty where it names none
 */
public record EstateQuestion(Topic topic, List<String> tenants, Optional<String> service) {
  /** What is asked, and the command that answers it. */
  public enum Topic {
    LIMITS("scan"),
    USAGE("top"),
    CHECK("check"),
    HISTORY("history"),
    EXPLAIN("audit explain last"),
    STATUS("status"),
    DRIFT("drift"),
    IMPACT("impact");

    private final String command;

    Topic(String command) {
      this.command = command;
    }

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final Set<Topic> TAKE_TENANTS = Set.of(Topic.USAGE, Topic.CHECK, Topic.HISTORY);

  public EstateQuestion {
    tenants = List.copyOf(tenants);
  }

  /** The command line that answers it. */
  public String command() {
    var named = TAKE_TENANTS.contains(topic) ? tenants : List.<String>of();
    return Stream.concat(Stream.of("deployclaw " + topic.command), named.stream())
        .collect(Collectors.joining(" "));
  }
}
