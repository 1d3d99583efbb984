package dev.deployclaw.policy.parse;

import dev.deployclaw.policy.document.BoundedYamlReader;
import dev.deployclaw.policy.document.DocumentCursor;
import dev.deployclaw.policy.document.DocumentFields;
import dev.deployclaw.policy.document.DocumentNode;
import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.document.DocumentValueReaders;
import dev.deployclaw.policy.document.ProblemCollector;
import dev.deployclaw.policy.document.QuotedText;
import dev.deployclaw.policy.document.UnreadableDocumentException;
import dev.deployclaw.policy.model.BackendFailureMode;
import dev.deployclaw.policy.model.Limit;
import dev.deployclaw.policy.model.TenantPolicy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads the policy document of one tenant, in YAML or JSON, and reports all its problems at once.
 * The published JSON Schema, {@code rate-limit-policy.schema.json}, accepts the same documents, but
 * for what a schema can't say (duplicate keys and names, spelling of paths).
 *
 * <p>What isn't written: {@code algorithm} is token-bucket, {@code burst} equals {@code requests}
 * (at least 1), {@code lease} of a concurrency limit is 1m, {@code cost} is 1, {@code mode} is
 * enforce, {@code key} is empty (one counter for the tenant), {@code blocked} is false. {@code
 * onBackendFailure} is <b>deny</b>: a wrong Redis address must not silently mean "no limits", so
 * failing open is something that a policy says, not something that it forgets.
 */
public final class PolicyDocumentReader {
  public static final String API_VERSION = "deployclaw.dev/v1";
  public static final String KIND = "RateLimitPolicy";
  public static final BackendFailureMode DEFAULT_ON_BACKEND_FAILURE = BackendFailureMode.DENY;

  static final int MOST_LIMITS = 100;
  static final int MOST_LABELS = 64;
  static final int LONGEST_LABEL_VALUE = 256;

  private static final Pattern LABEL_KEY =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._/-]{0,126}[A-Za-z0-9])?");

  private PolicyDocumentReader() {}

  /**
   * @param source the document's name in problems, for example a file or {@code
   *     namespace/object:key}
   */
  public static ParsedPolicy parse(String source, String text) {
    var problems = new ProblemCollector(source);
    try {
      return document(new DocumentCursor(problems, "", BoundedYamlReader.policy(text)));
    } catch (UnreadableDocumentException e) {
      e.addTo(problems);
      return new ParsedPolicy(Optional.empty(), Optional.empty(), Optional.empty(), problems.all());
    }
  }

  private static ParsedPolicy document(DocumentCursor root) {
    var in = DocumentFields.of(root, List.of("apiVersion", "kind", "metadata", "spec"));
    in.required("apiVersion", s -> constant(s, API_VERSION));
    in.required("kind", s -> constant(s, KIND));
    var metadata = in.fields("metadata", List.of("tenant", "labels"));
    var tenant = metadata.flatMap(m -> m.required("tenant", DocumentValueReaders::label));
    var labels = metadata.flatMap(m -> m.optional("labels", PolicyDocumentReader::labels));
    var spec = in.fields("spec", List.of("parent", "blocked", "onBackendFailure", "limits"));
    var policy = policy(tenant.orElse("unnamed"), labels.orElse(new TreeMap<>()), spec);
    boolean good = root.problems().count() == 0;
    int line = metadata.flatMap(m -> m.spot("tenant")).orElse(root).node().at().line();
    var origin = tenant.map(_ -> new PolicyOrigin(root.problems().source(), line, lines(spec)));
    return new ParsedPolicy(tenant, policy.filter(_ -> good), origin, root.problems().all());
  }

  /** The line of each limit's name. */
  private static SortedMap<String, Integer> lines(Optional<DocumentFields> spec) {
    var lines = new TreeMap<String, Integer>();
    if (spec.flatMap(s -> s.spot("limits")).map(DocumentCursor::node).orElse(null)
        instanceof DocumentNode.Items limits) {
      limits.items().stream()
          .flatMap(limit ->
              limit instanceof DocumentNode.Mapping m ? m.entries().stream() : Stream.empty())
          .filter(entry -> entry.key().equals("name"))
          .forEach(entry -> {
            if (entry.value() instanceof DocumentNode.Scalar name) {
              lines.putIfAbsent(name.text(), entry.line());
            }
          });
    }
    return lines;
  }

  private static Optional<TenantPolicy> policy(
      String tenant, SortedMap<String, String> labels, Optional<DocumentFields> spec) {
    if (spec.isEmpty()) {
      return Optional.empty();
    }
    var in = spec.get();
    var parent = in.optional("parent", DocumentValueReaders::label);
    var blocked = in.optional("blocked", DocumentValueReaders::flag).orElse(false);
    var failure =
        in.optional("onBackendFailure", LimitReader.BACKEND_FAILURE)
            .orElse(DEFAULT_ON_BACKEND_FAILURE);
    var limits = in.required("limits", PolicyDocumentReader::limits).orElse(List.of());
    return Optional.of(new TenantPolicy(tenant, labels, parent, blocked, failure, limits));
  }

  private static Optional<String> constant(DocumentCursor spot, String expected) {
    var word = spot.word(expected);
    return word.isEmpty() || word.get().equals(expected)
        ? word
        : spot.refuse("unknown: " + QuotedText.shortly(word.get()), "write " + expected);
  }

  private static Optional<SortedMap<String, String>> labels(DocumentCursor spot) {
    var labels = new TreeMap<String, String>();
    var all = DocumentFields.of(spot, List.of()).all();
    if (all.size() > MOST_LABELS) {
      return spot.refuse(all.size() + " labels", "at most " + MOST_LABELS);
    }
    all.forEach((key, value) -> label(key, value).ifPresent(text -> labels.put(key, text)));
    return Optional.of(labels);
  }

  private static Optional<String> label(String key, DocumentCursor value) {
    if (!LABEL_KEY.matcher(key).matches()) {
      return value.refuse("not a label's name", "letters, digits, and . _ / - between them");
    }
    var text = value.text("\"premium\"");
    return text.filter(t -> t.length() > LONGEST_LABEL_VALUE).isPresent()
        ? value.refuse("too long", "at most " + LONGEST_LABEL_VALUE + " characters")
        : text;
  }

  private static Optional<List<Limit>> limits(DocumentCursor spot) {
    var limits = new ArrayList<Limit>();
    Map<String, DocumentCursor> byName = new HashMap<>();
    for (var item : spot.items(MOST_LIMITS, "write - name: …, or [] for none")) {
      var limit = LimitReader.read(item);
      if (limit.isEmpty()) {
        continue;
      }
      var first = byName.putIfAbsent(limit.get().name(), item);
      if (first == null) {
        limits.add(limit.get());
      } else {
        item.refuse(
            "a second limit with the name " + QuotedText.of(limit.get().name()),
            "the first is in line " + first.node().at().line() + "; rename one of the two");
      }
    }
    return Optional.of(limits);
  }

  /**
   * What came of one document: a policy, or the problems that it has.
   *
   * @param tenant whose policy it is, also when the rest is wrong; empty when that can't be told
   * @param policy present when there are no problems
   * @param origin where the policy stands; present with the tenant
   * @param problems in the order of the text
   */
  public record ParsedPolicy(
      Optional<String> tenant,
      Optional<TenantPolicy> policy,
      Optional<PolicyOrigin> origin,
      List<DocumentProblem> problems) {
    public ParsedPolicy {
      problems = List.copyOf(problems);
      if (policy.isPresent() != problems.isEmpty()) {
        throw new IllegalArgumentException("either a policy or problems");
      }
      if (tenant.isPresent() != origin.isPresent()) {
        throw new IllegalArgumentException("a tenant has a place");
      }
    }
  }
}
