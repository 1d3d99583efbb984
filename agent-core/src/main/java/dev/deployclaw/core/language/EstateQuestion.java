package dev.deployclaw.core.language;

import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * A question about the estate: it is answered by reading, never by an execution.
 *
 * @param topic which table answers it
 * @param about what the table is narrowed to
 * @param rows the most rows of the answer
 */
public record EstateQuestion(Topic topic, Scope about, int rows) {
  /** The most rows that an answer may have, and how many it has where nobody says so. */
  public static final int MOST_ROWS = 50;

  private static final int MOST_TENANTS = 50;

  /** What is asked. */
  public enum Topic {
    LIMITS,
    USAGE,
    CHECK,
    HISTORY,
    EXPLAIN,
    STATUS,
    DRIFT,
    VALIDATE,
    IMPACT;

    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Topic> ofWord(String word) {
      return Arrays.stream(values()).filter(t -> t.word().equals(word)).findFirst();
    }
  }

  /**
   * What a question is narrowed to; what is empty narrows nothing.
   *
   * @param tenants that it names
   * @param service where
   * @param route of a request about which is asked: method and path
   * @param since only what happened then or later
   * @param execution of which is told
   * @param change a request that is planned and not carried out, in words
   */
  public record Scope(
      List<String> tenants,
      Optional<String> service,
      Optional<Route> route,
      Optional<Instant> since,
      Optional<String> execution,
      Optional<String> change) {
    public static final Scope WHOLE = of(List.of(), Optional.empty());

    public Scope {
      tenants = List.copyOf(tenants);
      if (tenants.size() > MOST_TENANTS) {
        throw new IllegalArgumentException("a question names " + MOST_TENANTS + " tenants at most");
      }
    }

    public static Scope of(List<String> tenants, Optional<String> service) {
      return new Scope(
          tenants, service, Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());
    }
  }

  /** The method and the path of a request. */
  public record Route(String method, String path) {
    public Route {
      method = method.toUpperCase(Locale.ROOT);
      if (!method.matches("[A-Z]{1,20}") || !path.startsWith("/")) {
        throw new IllegalArgumentException("a request has a method and a path, as GET /search");
      }
    }
  }

  public EstateQuestion {
    if (rows < 1 || rows > MOST_ROWS) {
      throw new IllegalArgumentException("rows: " + rows + " is not from 1 to " + MOST_ROWS);
    }
  }

  public EstateQuestion(Topic topic, Scope about) {
    this(topic, about, MOST_ROWS);
  }

  public List<String> tenants() {
    return about.tenants();
  }

  public Optional<String> service() {
    return about.service();
  }

  /** The arguments that are given, by name. */
  public Map<String, Object> arguments() {
    var out = new LinkedHashMap<String, Object>();
    if (!about.tenants().isEmpty()) {
      out.put("tenants", about.tenants());
    }
    about.service().ifPresent(s -> out.put("service", s));
    about.route().ifPresent(r -> out.put("method", r.method()));
    about.route().ifPresent(r -> out.put("path", r.path()));
    about.since().ifPresent(s -> out.put("since", s.toString()));
    about.execution().ifPresent(e -> out.put("execution", e));
    about.change().ifPresent(c -> out.put("change", c));
    if (rows < MOST_ROWS) {
      out.put("rows", rows);
    }
    return out;
  }
}
