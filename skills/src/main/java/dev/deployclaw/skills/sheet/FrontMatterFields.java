package dev.deployclaw.skills.sheet;

import dev.deployclaw.policy.document.DocumentNode;
import dev.deployclaw.policy.document.DocumentNode.Entry;
import dev.deployclaw.policy.document.DocumentNode.Items;
import dev.deployclaw.policy.document.DocumentNode.Mapping;
import dev.deployclaw.policy.document.DocumentNode.Scalar;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The six fields of the front matter, each checked by the specification's rule for it. */
record FrontMatterFields(Map<String, Entry> byKey) {
  private static final List<String> KNOWN =
      List.of("name", "description", "license", "compatibility", "metadata", "allowed-tools");
  private static final int LONGEST_DESCRIPTION = 1024;
  private static final int LONGEST_COMPATIBILITY = 500;

  static Optional<FrontMatterFields> of(DocumentNode node, DiagnosticCollector findings) {
    if (!(node instanceof Mapping mapping)) {
      findings.error(node.line(), "the front matter isn't a mapping", "write lines key: value");
      return Optional.empty();
    }
    var byKey = new LinkedHashMap<String, Entry>();
    for (Entry entry : mapping.entries()) {
      if (byKey.putIfAbsent(entry.key(), entry) != null) {
        findings.violation(
            entry.line(), "the key " + entry.key() + " is given twice", "remove one");
      }
    }
    return Optional.of(new FrontMatterFields(byKey));
  }

  void check(Path folder, DiagnosticCollector findings) {
    for (Entry entry : byKey.values()) {
      if (!KNOWN.contains(entry.key())) {
        findings.violation(
            entry.line(),
            "unexpected field " + entry.key(),
            "use only " + String.join(", ", KNOWN) + "; custom fields belong under metadata");
      }
      flow(entry, findings);
    }
    SkillName.check(text("name"), lineOf("name"), folder, findings);
    description(findings);
    license(findings);
    compatibility(findings);
    metadata(findings);
    allowedTools(findings);
  }

  SkillFile skill(Path folder, Path sheet, FrontMatter front, String sha256) {
    return new SkillFile(
        folder,
        sheet,
        text("name").filter(n -> !n.isBlank()).map(SkillName::normal).orElse(SkillName.of(folder)),
        text("description").map(String::strip).orElse(""),
        text("license"),
        text("compatibility"),
        metadata(),
        allowedTools(),
        front.body(),
        front.bodyLine(),
        sha256);
  }

  private void description(DiagnosticCollector findings) {
    var text = text("description");
    if (text.isEmpty() || text.get().isBlank()) {
      findings.error(
          lineOf("description"),
          "the description is missing or empty",
          "say what it does and when");
    } else if (length(text.get()) > LONGEST_DESCRIPTION) {
      findings.violation(
          lineOf("description"),
          "the description has %d characters".formatted(length(text.get())),
          "keep it within 1024");
    }
  }

  private void license(DiagnosticCollector findings) {
    if (byKey.containsKey("license") && text("license").isEmpty()) {
      findings.violation(lineOf("license"), "the license isn't text", "name the licence");
    }
  }

  private void compatibility(DiagnosticCollector findings) {
    if (!byKey.containsKey("compatibility")) {
      return;
    }
    int length = text("compatibility").map(t -> length(t.strip())).orElse(0);
    if (length < 1 || length > LONGEST_COMPATIBILITY) {
      findings.violation(
          lineOf("compatibility"),
          "compatibility must be text of 1 to 500 characters",
          length < 1 ? "give a value or leave the field out" : "shorten it");
    }
  }

  private void metadata(DiagnosticCollector findings) {
    var entry = byKey.get("metadata");
    if (entry == null) {
      return;
    }
    if (!(entry.value() instanceof Mapping(List<Entry> entries, boolean _, var _))) {
      findings.violation(entry.line(), "metadata isn't a mapping", "write key: value under it");
      return;
    }
    var seen = new TreeMap<String, Integer>();
    for (Entry e : entries) {
      if (!(e.value() instanceof Scalar)) {
        findings.violation(
            e.line(), "metadata " + e.key() + " isn't text", "keep metadata flat: text to text");
      }
      if (seen.put(e.key(), e.line()) != null) {
        findings.violation(e.line(), "metadata " + e.key() + " is given twice", "remove one");
      }
    }
  }

  private void allowedTools(DiagnosticCollector findings) {
    var entry = byKey.get("allowed-tools");
    if (entry == null) {
      return;
    }
    switch (entry.value()) {
      case Scalar(String text, boolean _, var _) -> {
        if (AllowedTools.parse(text).isEmpty()) {
          findings.violation(
              entry.line(), "parentheses in allowed-tools don't balance", "close each of them");
        }
      }
      case Items _, Mapping _ ->
          findings.violation(
              entry.line(), "allowed-tools isn't text", "separate the tools by spaces on one line");
    }
  }

  private static void flow(Entry entry, DiagnosticCollector findings) {
    boolean flow =
        switch (entry.value()) {
          case Scalar _ -> false;
          case Items list -> list.flow();
          case Mapping map -> map.flow();
        };
    if (flow) {
      findings.violation(
          entry.line(),
          entry.key() + " is written in flow style, which other clients refuse",
          "write it as an indented block");
    }
  }

  private SortedMap<String, String> metadata() {
    var out = new TreeMap<String, String>();
    var entry = byKey.get("metadata");
    if (entry != null && entry.value() instanceof Mapping(List<Entry> entries, boolean _, var _)) {
      for (Entry e : entries) {
        if (e.value() instanceof Scalar(String text, boolean _, var _)) {
          out.putIfAbsent(e.key(), text);
        }
      }
    }
    return out;
  }

  /** A declaration that can't be read grants nothing. */
  private AllowedTools allowedTools() {
    var entry = byKey.get("allowed-tools");
    if (entry == null) {
      return AllowedTools.UNSTATED;
    }
    String text =
        switch (entry.value()) {
          case Scalar(String one, boolean _, var _) -> one;
          case Items(List<DocumentNode> items, boolean _, var _) -> joined(items);
          case Mapping _ -> "";
        };
    return AllowedTools.parse(text).orElse(new AllowedTools(List.of(), true));
  }

  private static String joined(List<DocumentNode> items) {
    return items.stream()
        .map(i -> i instanceof Scalar(String one, boolean _, var _) ? one : "")
        .collect(Collectors.joining(" "));
  }

  private Optional<String> text(String key) {
    var entry = byKey.get(key);
    return entry != null && entry.value() instanceof Scalar(String text, boolean _, var _)
        ? Optional.of(text)
        : Optional.empty();
  }

  private int lineOf(String key) {
    var entry = byKey.get(key);
    return entry == null ? 1 : entry.line();
  }

  private static int length(String text) {
    return text.codePointCount(0, text.length());
  }
}
