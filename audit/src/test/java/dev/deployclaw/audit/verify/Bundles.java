package dev.deployclaw.audit.verify;

import dev.deployclaw.audit.RealLogs;
import dev.deployclaw.audit.signing.ExecutionDocument;
import dev.deployclaw.audit.signing.HeadChainDocument;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.verify.chain.TrustedKeys;
import dev.deployclaw.audit.verify.json.JsonFormatter;
import dev.deployclaw.audit.verify.json.StrictJson;
import dev.deployclaw.core.store.ChainLink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Logs of real runs, each as an execution of its own, and the chain that they make.
 *
 * @param chains documents of chains
 * @param logs documents of logs, by what they are called
 */
record Bundles(List<byte[]> chains, Map<String, byte[]> logs) {
  Bundles {
    chains = List.copyOf(chains);
    logs = new LinkedHashMap<>(logs);
  }

  /** Short ones: of a change, and without one. */
  static final List<String> NAMES = List.of("rollback", "refused", "aborted");

  /** All of them, signed by one agent. */
  static Bundles of(HeadSigner signer) {
    var logs = new LinkedHashMap<String, byte[]>();
    var links = new ArrayList<byte[]>();
    var last = ChainLink.START;
    for (String name : NAMES) {
      var records = records(name);
      last = last.next(execution(name), records.size(), head(records));
      links.add(last.bytes());
      logs.put(name, signed(records, signer));
    }
    return new Bundles(List.of(chain(links, signer)), logs);
  }

  static byte[] chain(List<byte[]> links, HeadSigner signer) {
    return utf8(HeadChainDocument.of(links, signer).text());
  }

  static byte[] signed(List<byte[]> records, HeadSigner signer) {
    return utf8(ExecutionDocument.of(records, signer).text());
  }

  /** The records of a log, under an id of its own. */
  static List<byte[]> records(String name) {
    var records = RealLogs.records(name);
    records.forEach(r -> r.put("execution_id", execution(name)));
    return RealLogs.sealed(records);
  }

  static String execution(String name) {
    return "arch-2026-11-26-" + name;
  }

  static String head(List<byte[]> records) {
    return String.valueOf(parsed(records.getLast()).get("hash"));
  }

  static Map<String, Object> parsed(byte[] document) {
    try {
      return StrictJson.parseObject(document);
    } catch (StrictJson.Malformed e) {
      throw new IllegalStateException(e);
    }
  }

  /** The links of the chain; the list may be changed. */
  List<byte[]> links() {
    var out = new ArrayList<byte[]>();
    for (Object link : RealLogs.list(parsed(chains.getFirst()), "links")) {
      out.add(utf8(JsonFormatter.canonical(link)));
    }
    return out;
  }

  byte[] log(String name) {
    return Objects.requireNonNull(logs.get(name), name);
  }

  Bundles with(byte[] chain) {
    return new Bundles(List.of(chain), logs);
  }

  Bundles and(byte[] chain) {
    var all = new ArrayList<>(chains);
    all.add(chain);
    return new Bundles(all, logs);
  }

  Bundles with(String name, byte[] log) {
    var changed = new LinkedHashMap<>(logs);
    changed.put(name, log);
    return new Bundles(chains, changed);
  }

  Bundles without(String name) {
    var changed = new LinkedHashMap<>(logs);
    changed.remove(name);
    return new Bundles(chains, changed);
  }

  /** Whether it differs in white space and the order of keys only. */
  boolean means(Bundles other) {
    return meaning().equals(other.meaning());
  }

  private List<Optional<String>> meaning() {
    return Stream.concat(chains.stream(), logs.values().stream()).map(Edits::meaning).toList();
  }

  /** What is wrong, as code and number, sorted, each once; {@code ok} where nothing is. */
  String verdict(TrustedKeys trust) {
    var check = new BundleVerifier(trust);
    for (int i = 0; i < chains.size(); i++) {
      check.chain("chain " + i, chains.get(i));
    }
    logs.forEach(check::log);
    return Python.verdict(check.findings().values().stream().flatMap(List::stream));
  }

  /** A line for the verifier in Python. */
  String line() {
    var base64 = Base64.getEncoder();
    var items = new ArrayList<String>();
    chains.forEach(chain -> items.add("chain:" + base64.encodeToString(chain)));
    logs.values().forEach(log -> items.add(base64.encodeToString(log)));
    return String.join(" ", items);
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
