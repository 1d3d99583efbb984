package dev.deployclaw.core.language;

import dev.deployclaw.core.task.Intent;
import dev.deployclaw.core.task.RequestedChange;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A question about the estate: it is answered by reading, never by an execution.
 *
 * @param topic which table answers it
 * @param scope what the table is narrowed to
 * @param rows the most rows of the answer
 */
public record EstateQuestion(Topic topic, Scope scope, int rows) {
  /** The most rows that an answer may have; so many where the question doesn't say. */
  public static final int MOST_ROWS = 50;

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
   * @param call the request about which it asks whether it would pass
   * @param period when what it asks about happened
   * @param execution of which it asks
   * @param change in words, what is planned and not carried out
   */
  public record Scope(
      List<String> tenants,
      Optional<String> service,
      Optional<Call> call,
      Period period,
      Optional<String> execution,
      Optional<String> change) {
    public Scope {
      tenants = List.copyOf(tenants);
    }

    public static Scope of(List<String> tenants, Optional<String> service) {
      return new Scope(
          tenants, service, Optional.empty(), Period.EVER, Optional.empty(), Optional.empty());
    }
  }

  /** A request that a client would send. */
  public record Call(String method, String path) {
    public Call {
      method = method.toUpperCase(Locale.ROOT);
      if (!method.matches("[A-Z]{1,20}") || !path.startsWith("/")) {
        throw new IllegalArgumentException("a request has a method and a path, as GET /search");
      }
    }
  }

  /** From an instant until before another; open where one is empty. */
  public record Period(Optional<Instant> since, Optional<Instant> until) {
    public static final Period EVER = new Period(Optional.empty(), Optional.empty());

    public boolean has(Instant at) {
      return since.filter(at::isBefore).isEmpty() && until.filter(u -> !at.isBefore(u)).isEmpty();
    }
  }

  public EstateQuestion {
    if (rows < 1 || rows > MOST_ROWS) {
      throw new IllegalArgumentException("rows: " + rows + " is not from 1 to " + MOST_ROWS);
    }
  }

  public EstateQuestion(Topic topic, Scope scope) {
    this(topic, scope, MOST_ROWS);
  }

  /**
   * One of a topic's word and its arguments, as {@link #arguments} names them.
   *
   * @throws IllegalArgumentException where a word or a name is unknown or a value has another form
   */
  public static EstateQuestion of(String topic, Map<String, ?> arguments, NameInventory names) {
    var left = new TreeMap<String, Object>(arguments);
    List<?> named = take(left, "tenants", List.class).orElse(List.of());
    var tenants =
        named.stream().map(t -> known(t, names.tenants().containsKey(t), "tenant")).toList();
    var service =
        take(left, "service", String.class)
            .map(s -> known(s, names.services().contains(s), "service"));
    var path = take(left, "path", String.class);
    var method = take(left, "method", String.class);
    var call =
        path.isPresent() || method.isPresent()
            ? Optional.of(new Call(method.orElse("GET"), path.orElse("/")))
            : Optional.<Call>empty();
    var scope =
        new Scope(
            tenants,
            service,
            call,
            new Period(instant(left, "since"), instant(left, "until")),
            take(left, "execution", String.class),
            take(left, "change", String.class));
    int rows = take(left, "rows", Integer.class).orElse(MOST_ROWS);
    var about = Topic.ofWord(topic);
    if (about.isEmpty() || !left.isEmpty()) {
      String wrong = about.isEmpty() ? "topic: " + topic : "argument: " + left.firstKey();
      throw new IllegalArgumentException("a question has no such " + wrong);
    }
    return new EstateQuestion(about.get(), scope, rows);
  }

  /** A look that is asked for in words, at once and freely; empty for what is none. */
  public static Optional<EstateQuestion> of(Intent intent, NameInventory names) {
    boolean waits = intent.guards().manual() || !intent.schedule().equals(Intent.Schedule.NONE);
    var topic =
        switch (intent.operation()) {
          case SCAN -> Optional.of(Topic.LIMITS);
          case CHECK_DRIFT -> Optional.of(Topic.DRIFT);
          case VALIDATE -> Optional.of(Topic.VALIDATE);
          default -> Optional.<Topic>empty();
        };
    var tenants = intent.changes().stream().flatMap(c -> named(c.who(), names)).distinct().toList();
    var service = intent.changes().stream().flatMap(c -> c.service().stream()).findFirst();
    return topic.filter(_ -> !waits).map(t -> new EstateQuestion(t, Scope.of(tenants, service)));
  }

  /** Empty where all tenants are meant. */
  private static Stream<String> named(RequestedChange.Who who, NameInventory names) {
    boolean everybody = who.tenants().isEmpty() && who.labels().isEmpty();
    return everybody && who.except().isEmpty()
        ? Stream.empty()
        : names.tenants().entrySet().stream()
            .filter(t -> who.tenants().isEmpty() || who.tenants().contains(t.getKey()))
            .filter(t -> t.getValue().entrySet().containsAll(who.labels().entrySet()))
            .map(Map.Entry::getKey)
            .filter(t -> !who.except().contains(t));
  }

  public List<String> tenants() {
    return scope.tenants;
  }

  /** The arguments that are given, by name. */
  public Map<String, Object> arguments() {
    var out = new LinkedHashMap<String, Object>();
    if (!scope.tenants.isEmpty()) {
      out.put("tenants", scope.tenants);
    }
    scope.service.ifPresent(s -> out.put("service", s));
    scope.call.ifPresent(c -> out.put("method", c.method));
    scope.call.ifPresent(c -> out.put("path", c.path));
    scope.period.since.ifPresent(s -> out.put("since", s.toString()));
    scope.period.until.ifPresent(u -> out.put("until", u.toString()));
    scope.execution.ifPresent(e -> out.put("execution", e));
    scope.change.ifPresent(c -> out.put("change", c));
    if (rows < MOST_ROWS) {
      out.put("rows", rows);
    }
    return out;
  }

  private static String known(Object name, boolean known, String what) {
    if (!known) {
      throw new IllegalArgumentException("no " + what + ": " + name);
    }
    return String.valueOf(name);
  }

  /** An argument of the right kind; another one is left, and refused. */
  private static <T> Optional<T> take(Map<String, Object> from, String key, Class<T> kind) {
    return kind.isInstance(from.get(key))
        ? Optional.ofNullable(kind.cast(from.remove(key)))
        : Optional.empty();
  }

  private static Optional<Instant> instant(Map<String, Object> from, String key) {
    try {
      return take(from, key, String.class).map(Instant::parse);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException(key + " is no instant: " + e.getParsedString(), e);
    }
  }
}
