package dev.deployclaw.policy.source;

import dev.deployclaw.policy.document.DocumentProblem;
import dev.deployclaw.policy.model.DnsLabel;
import java.util.Collection;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Whose a document is of which not even the tenant's name can be parsed. An owner keeps what is
 * committed for it, and a request that names an owner is refused; so each rule prefers one owner
 * too many to one too few. The first rule that gives anybody decides, among the tenants that the
 * document's home may define:
 *
 * <ol>
 *   <li>whom its text names: each {@code tenant: NAME} outside a comment, in YAML or JSON;
 *   <li>whom it is called after: {@code acme.yaml} is acme's, where acme is committed or its home
 *       may define acme by that name, and where no other document defines acme;
 *   <li>every committed tenant that no other document defines. A policy set doesn't say which file
 *       a policy came from, so that a file can be renamed; but the file that it came from last time
 *       no longer defines it.
 * </ol>
 *
 * @param committed tenants that have a policy already
 */
record DocumentOwnerFinder(TenantDefinitionRights rights, Set<String> committed) {
  private static final Pattern TENANT =
      Pattern.compile(
          "^[^#\\n]*?(?<![\\w-])[\"']?tenant[\"']?\\s*:[ \\t]*[\"']?([a-z0-9-]+)[\"']?[ \\t]*(?=[,}#\\r\\n]|\\z)",
          Pattern.MULTILINE);

  private static final Pattern ENDING = Pattern.compile("\\.(ya?ml|json)$");
  private static final int MOST_NAMES = 100;

  /**
   * A document that doesn't say whom it defines.
   *
   * @param text empty where it is no text
   */
  record UnattributedDocument(String source, String home, String text, DocumentProblem problem) {}

  /**
   * The owners, each with what is wrong.
   *
   * @param defined tenants that other documents define
   */
  SortedMap<String, DocumentProblem> of(
      Collection<UnattributedDocument> documents, Set<String> defined) {
    var owners = new TreeMap<String, DocumentProblem>();
    var nobodys = new TreeMap<String, DocumentProblem>();
    documents.stream()
        .filter(d -> !claimed(d, defined, owners))
        .forEach(d -> put(nobodys, d.home(), d.problem()));
    var missing = new TreeSet<>(committed);
    missing.removeAll(defined);
    missing.removeAll(owners.keySet());
    nobodys.forEach((home, problem) ->
        missing.stream()
            .filter(tenant -> rights.mayDefine(home, tenant))
            .forEach(tenant -> put(owners, tenant, perhaps(problem, tenant))));
    return owners;
  }

  /** By the first two rules. */
  private boolean claimed(
      UnattributedDocument document,
      Set<String> defined,
      SortedMap<String, DocumentProblem> owners) {
    var named = named(document);
    if (named.isEmpty()) {
      named.addAll(calledAfter(document, defined));
    }
    named.forEach(tenant -> put(owners, tenant, document.problem()));
    return !named.isEmpty();
  }

  private SortedSet<String> named(UnattributedDocument document) {
    var names = new TreeSet<String>();
    TENANT
        .matcher(document.text())
        .results()
        .map(match -> match.group(1))
        .filter(DnsLabel::isLabel)
        .filter(name -> rights.mayDefine(document.home(), name))
        .limit(MOST_NAMES)
        .forEach(names::add);
    return names;
  }

  private Set<String> calledAfter(UnattributedDocument document, Set<String> defined) {
    String source = document.source();
    int from = Math.max(source.lastIndexOf('/'), source.lastIndexOf(':')) + 1;
    String name = ENDING.matcher(source.substring(from)).replaceFirst("");
    boolean known = committed.contains(name) || rights.names(document.home(), name);
    boolean may = rights.mayDefine(document.home(), name) && !defined.contains(name);
    return known && may ? Set.of(name) : Set.of();
  }

  /** Of several problems the first in the order of sources, so that it is always the same. */
  private static void put(
      SortedMap<String, DocumentProblem> problems, String key, DocumentProblem problem) {
    problems.merge(
        key, problem, (a, b) -> DocumentProblem.IN_TEXT_ORDER.compare(a, b) <= 0 ? a : b);
  }

  private static DocumentProblem perhaps(DocumentProblem p, String tenant) {
    String what = p.what() + ", so that it may define " + tenant + ", which no other document does";
    return new DocumentProblem(p.source(), p.path(), p.line(), p.column(), what, p.remedy());
  }
}
