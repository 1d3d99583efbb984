package dev.deployclaw.container.cli.audit;

import dev.deployclaw.audit.verify.BundleVerifier;
import dev.deployclaw.audit.verify.chain.VerificationFinding;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What is wrong with logs and their chain.
 *
 * @param findings by file; empty lists where nothing is wrong
 * @param trusted whether a key was given that must have signed them
 */
record LogFindingsView(
    BundleVerifier check, Map<String, List<VerificationFinding>> findings, boolean trusted)
    implements LogVerificationView {
  static LogFindingsView of(BundleVerifier check, boolean trusted) {
    return new LogFindingsView(check, check.findings(), trusted);
  }

  @Override
  public boolean holds() {
    return findings.values().stream().allMatch(List::isEmpty);
  }

  @Override
  public Map<String, Object> map() {
    var out = new LinkedHashMap<String, Object>();
    out.put("holds", holds());
    out.put("logs", check.logs());
    out.put("links", check.links());
    out.put(
        "files",
        findings.entrySet().stream()
            .map(e ->
                Map.of(
                    "file", e.getKey(),
                    "findings", e.getValue().stream().map(LogFindingsView::map).toList()))
            .toList());
    return out;
  }

  @Override
  public List<String> lines() {
    var out = new ArrayList<String>();
    findings.forEach((file, wrong) -> {
      if (wrong.isEmpty()) {
        out.add(file + ": unchanged, " + signed());
      }
      wrong.forEach(f -> out.add(file + ":" + where(file, f) + " " + f.word() + ": " + f.what()));
    });
    String chain = check.links() == 0 ? "no chain" : "a chain of " + check.links() + " links";
    out.add("checked: " + check.logs() + " logs, " + chain);
    return out;
  }

  private String signed() {
    return trusted ? "signed with the trusted key" : "agrees with itself; --key says who signed it";
  }

  private String where(String file, VerificationFinding finding) {
    String what = check.isChain(file) ? "link" : "record";
    return finding.seq() == 0 ? "" : " " + what + " " + finding.seq();
  }

  private static Map<String, Object> map(VerificationFinding finding) {
    var out = new LinkedHashMap<String, Object>();
    out.put("code", finding.word());
    out.put("seq", finding.seq());
    out.put("what", finding.what());
    return out;
  }
}
