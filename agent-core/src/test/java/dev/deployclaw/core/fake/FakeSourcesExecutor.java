package dev.deployclaw.core.fake;

import dev.deployclaw.core.overlay.SourceReports;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.ExecutorCall;
import dev.deployclaw.core.spi.ExecutorCall.WriteBack.Edit;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.MemberReport;
import dev.deployclaw.policy.json.CanonicalJson;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Policy documents by name. */
public final class FakeSourcesExecutor implements BackendExecutor {
  private final Map<String, String> documents = new TreeMap<>();
  private final Set<String> unreadable = new TreeSet<>();
  private final Map<String, String> editors = new TreeMap<>();
  private boolean writesBack;
  private boolean unwritable;
  private final Set<String> locked = new TreeSet<>();
  private final List<Runnable> atReads = new ArrayList<>();
  private int writes;

  public synchronized void put(String name, String text) {
    documents.put(name, text);
  }

  synchronized FakeSourcesExecutor copy() {
    var copy = new FakeSourcesExecutor();
    copy.documents.putAll(documents);
    copy.editors.putAll(editors);
    copy.writesBack = writesBack;
    return copy;
  }

  /** Somebody writes a document, and the source knows who. */
  public synchronized void edit(String name, String text, String editor) {
    documents.put(name, text);
    editors.put(name, editor);
  }

  /** From now on documents are written back to. */
  public synchronized void writeBack() {
    writesBack = true;
  }

  /** From now on, until it is mended, nothing can be written. */
  public synchronized void unwritable(boolean down) {
    unwritable = down;
  }

  /** One document can't be written from now on, whatever becomes of the others. */
  public synchronized void unwritable(String name) {
    locked.add(name);
  }

  /** What happens at the next reads, one after the other. */
  public synchronized void atReads(List<Runnable> happen) {
    atReads.addAll(happen);
  }

  /** How many calls there were to write. */
  public synchronized int writes() {
    return writes;
  }

  public synchronized String text(String name) {
    return documents.getOrDefault(name, "");
  }

  public synchronized void remove(String name) {
    documents.remove(name);
  }

  public synchronized void unreadable(String name) {
    unreadable.add(name);
  }

  /** A document with one limit per minute. */
  public static String document(String tenant, long requests) {
    return """
    apiVersion: deployclaw.dev/v1
    kind: RateLimitPolicy
    metadata:
      tenant: %s
    spec:
      limits:
        - name: orders
          match: {service: orders}
          algorithm: token-bucket
          requests: %d
          window: 1m
    """
        .formatted(tenant, requests);
  }

  @Override
  public String name() {
    return "sources";
  }

  @Override
  public Set<String> verbs() {
    return Set.of("read", "write-back");
  }

  @Override
  public synchronized CallOutcome execute(Invocation call) {
    if (call.call() instanceof ExecutorCall.WriteBack(List<Edit> edits)) {
      writes++;
      return CallOutcome.done(edits.stream().map(this::write).toList());
    }
    if (!atReads.isEmpty()) {
      atReads.removeFirst().run();
    }
    List<MemberReport> reports = new ArrayList<>();
    documents.forEach((name, text) ->
        reports.add(
            MemberReport.yes(
                "source/shop/" + name, CanonicalJson.sha256(bytes(text)), facts(name))));
    unreadable.forEach(
        name -> reports.add(MemberReport.unknown("source/shop/" + name, "no permission")));
    return CallOutcome.done(reports);
  }

  private MemberReport write(Edit edit) {
    String name = edit.member().substring("source/shop/".length());
    if (unwritable || locked.contains(name)) {
      return MemberReport.unknown(edit.member(), "no answer");
    }
    if (!CanonicalJson.sha256(bytes(text(name))).equals(edit.digest())) {
      return MemberReport.no(edit.member(), "was changed meanwhile");
    }
    documents.put(name, edit.text());
    return MemberReport.yes(edit.member(), "", Map.of());
  }

  private Map<String, Object> facts(String name) {
    var facts = new TreeMap<String, Object>();
    facts.put("folder", "policies");
    facts.put("file", name);
    facts.put("namespace", "shop");
    facts.put("text", documents.getOrDefault(name, ""));
    facts.put("tenants", List.of("*"));
    if (writesBack) {
      facts.put(SourceReports.WRITE_BACK, "file");
    }
    Optional.ofNullable(editors.get(name)).ifPresent(by -> facts.put(SourceReports.EDITOR, by));
    return facts;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
