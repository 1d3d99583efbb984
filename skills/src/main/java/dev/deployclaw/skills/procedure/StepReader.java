package dev.deployclaw.skills.procedure;

import dev.deployclaw.core.procedure.Procedure.OnFailure;
import dev.deployclaw.core.procedure.Procedure.ProcedureStep;
import dev.deployclaw.policy.document.DocumentNode;
import dev.deployclaw.policy.document.DocumentNode.Entry;
import dev.deployclaw.policy.document.DocumentNode.Items;
import dev.deployclaw.policy.document.DocumentNode.Mapping;
import dev.deployclaw.policy.document.DocumentNode.Scalar;
import dev.deployclaw.policy.model.DnsLabel;
import dev.deployclaw.skills.sheet.DiagnosticCollector;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads one step of a steps block; every problem names the line and the remedy. */
final class StepReader {
  private static final List<String> KEYS =
      List.of("id", "action", "operations", "before", "after", "checkpoint", "onFailure");
  private static final Pattern OPERATION = Pattern.compile("[a-z][a-z0-9-]*\\.[a-z][a-z0-9-]*");
  private static final Pattern CONDITION = Pattern.compile("[a-z][a-z0-9-]*");
  private static final int LONGEST_ACTION = 120;

  private final Map<String, Entry> byKey = new LinkedHashMap<>();
  private final DiagnosticCollector findings;
  private final int line;

  private StepReader(Mapping mapping, DiagnosticCollector findings) {
    this.findings = findings;
    this.line = mapping.line();
    for (Entry entry : mapping.entries()) {
      if (!KEYS.contains(entry.key())) {
        findings.error(
            entry.line(), "a step has no key " + entry.key(), "use " + String.join(", ", KEYS));
      } else if (byKey.putIfAbsent(entry.key(), entry) != null) {
        findings.error(entry.line(), "the key " + entry.key() + " is given twice", "remove one");
      }
    }
  }

  record Read(ProcedureStep step, int line) {}

  static Optional<Read> read(DocumentNode node, DiagnosticCollector findings) {
    if (!(node instanceof Mapping mapping)) {
      findings.error(node.line(), "a step isn't a mapping", "write its keys below \"- id:\"");
      return Optional.empty();
    }
    return new StepReader(mapping, findings).step();
  }

  private Optional<Read> step() {
    var id = required("id").filter(this::isLabel);
    var action = required("action").filter(this::isSentence);
    var operations = names("operations", OPERATION, "write an operation as executor.verb");
    var before = names("before", CONDITION, "write a condition as one word in lower case");
    var after = names("after", CONDITION, "write a condition as one word in lower case");
    boolean checkpoint = flag("checkpoint");
    var onFailure = onFailure();
    if (operations.isEmpty()) {
      findings.error(lineOf("operations"), "a step has no operations", "list what it does");
    }
    if (id.isEmpty() || action.isEmpty() || onFailure.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(
        new Read(
            new ProcedureStep(
                id.get(), action.get(), operations, before, after, checkpoint, onFailure.get()),
            line));
  }

  private boolean isLabel(String id) {
    if (!DnsLabel.isLabel(id)) {
      findings.error(
          lineOf("id"), "the id \"" + id + "\" isn't a DNS label", "use a-z, 0-9 and hyphens");
    }
    return DnsLabel.isLabel(id);
  }

  private boolean isSentence(String action) {
    boolean fits = action.length() <= LONGEST_ACTION && action.lines().count() == 1;
    if (!fits) {
      findings.error(
          lineOf("action"),
          "the action is too long",
          "write one sentence of at most 120 characters");
    }
    return fits;
  }

  private Optional<String> required(String key) {
    var entry = byKey.get(key);
    if (entry != null
        && entry.value() instanceof Scalar(String text, boolean _, var _)
        && !text.isBlank()) {
      return Optional.of(text.strip());
    }
    findings.error(lineOf(key), "a step has no " + key, "add \"" + key + ": …\"");
    return Optional.empty();
  }

  private List<String> names(String key, Pattern spelling, String remedy) {
    var entry = byKey.get(key);
    if (entry == null) {
      return List.of();
    }
    var items =
        switch (entry.value()) {
          case Items(List<DocumentNode> list, boolean _, var _) -> list;
          case Scalar one -> List.<DocumentNode>of(one);
          case Mapping map -> List.<DocumentNode>of(map);
        };
    return items.stream().flatMap(i -> name(i, key, spelling, remedy).stream()).toList();
  }

  private Optional<String> name(DocumentNode item, String key, Pattern spelling, String remedy) {
    if (item instanceof Scalar(String text, boolean _, var _) && spelling.matcher(text).matches()) {
      return Optional.of(text);
    }
    String shown =
        item instanceof Scalar(String text, boolean _, var _) ? "\"" + text + "\"" : "a structure";
    findings.error(item.line(), key + " holds " + shown, remedy);
    return Optional.empty();
  }

  private boolean flag(String key) {
    var entry = byKey.get(key);
    if (entry == null) {
      return false;
    }
    if (entry.value() instanceof Scalar(String text, boolean _, var _)
        && (text.equals("true") || text.equals("false"))) {
      return text.equals("true");
    }
    findings.error(entry.line(), key + " is neither true nor false", "write true or false");
    return false;
  }

  private Optional<OnFailure> onFailure() {
    var entry = byKey.get("onFailure");
    if (entry == null) {
      return Optional.of(OnFailure.ABORT);
    }
    if (entry.value() instanceof Scalar(String text, boolean _, var _)) {
      for (OnFailure known : OnFailure.values()) {
        if (known.name().toLowerCase(Locale.ROOT).equals(text)) {
          return Optional.of(known);
        }
      }
    }
    findings.error(entry.line(), "onFailure is unknown", "write warn, abort or rollback");
    return Optional.empty();
  }

  private int lineOf(String key) {
    var entry = byKey.get(key);
    return entry == null ? line : entry.line();
  }
}
