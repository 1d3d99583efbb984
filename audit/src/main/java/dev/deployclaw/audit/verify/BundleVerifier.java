package dev.deployclaw.audit.verify;

import dev.deployclaw.audit.verify.chain.HeadChainVerification;
import dev.deployclaw.audit.verify.chain.HeadChainVerification.Link;
import dev.deployclaw.audit.verify.chain.TrustedKeys;
import dev.deployclaw.audit.verify.chain.VerificationFinding;
import dev.deployclaw.audit.verify.chain.VerificationFinding.Code;
import dev.deployclaw.audit.verify.json.StrictJson;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A check of any number of logs and, where it is given, of the chain that their executions make:
 * then a log that is missing, replaced, doubled or in no link is found, too. The chains come first.
 * Of a log only its hashes are kept. For one thread.
 */
public final class BundleVerifier {
  /** The name of the chain in a folder that holds it beside its logs. */
  public static final String CHAIN = "chain.json";

  private final TrustedKeys trust;
  private final Map<String, List<VerificationFinding>> findings = new LinkedHashMap<>();
  private final Map<String, List<Link>> ends = new LinkedHashMap<>();
  private final Map<String, String> fileOf = new LinkedHashMap<>();
  private final Set<String> chains = new HashSet<>();
  private List<Link> longest = List.of();
  private String longestFile = "";
  private int logs;

  public BundleVerifier(TrustedKeys trust) {
    this.trust = trust;
  }

  /** A file that can't be read, or a folder that holds no log: then nothing can be said. */
  public static final class Unread extends IOException {
    private final String file;

    Unread(Path file, IOException cause) {
      super(file + " can't be read: " + cause, cause);
      this.file = file.toString();
    }

    Unread(Path folder) {
      super(folder + " holds no log");
      this.file = folder.toString();
    }

    public String file() {
      return file;
    }
  }

  /**
   * What is checked.
   *
   * @param base where files are looked for; findings name them as they are given
   * @param logs documents, and folders of them
   * @param withoutChain whether folders may come without the chain of their logs
   */
  public record Asked(Path base, List<Path> chains, List<Path> logs, boolean withoutChain) {
    public Asked {
      chains = List.copyOf(chains);
      logs = List.copyOf(logs);
    }
  }

  /**
   * Checks files, and those in folders.
   *
   * @throws Unread when one can't be read, or a folder holds no log
   */
  public void files(Asked asked) throws Unread {
    var all = new ArrayList<>(asked.chains());
    var documents = new ArrayList<Path>();
    var folders = new ArrayList<Path>();
    for (Path path : asked.logs()) {
      if (Files.isDirectory(asked.base().resolve(path))) {
        folders.add(path);
        sort(path, inside(asked.base(), path), all, documents);
      } else {
        documents.add(path);
      }
    }
    if (all.isEmpty() && !asked.withoutChain()) {
      folders.forEach(this::unchained);
    }
    for (Path file : all) {
      chain(file.toString(), read(asked.base(), file));
    }
    for (Path file : documents) {
      log(file.toString(), read(asked.base(), file));
    }
  }

  /** A folder's documents, by name. */
  private static List<Path> inside(Path base, Path folder) throws Unread {
    Path there = base.resolve(folder);
    try (var files = Files.list(there)) {
      return files
          .filter(f -> f.toString().endsWith(".json"))
          .sorted()
          .map(f -> folder.resolve(there.relativize(f)))
          .toList();
    } catch (IOException e) {
      throw new Unread(folder, e);
    }
  }

  private static void sort(Path folder, List<Path> files, List<Path> chains, List<Path> logs)
      throws Unread {
    int before = logs.size();
    files.forEach(file -> (file.endsWith(CHAIN) ? chains : logs).add(file));
    if (logs.size() == before) {
      throw new Unread(folder);
    }
  }

  private void unchained(Path folder) {
    String what = "holds no " + CHAIN + ", so a log may be missing: --without-chain allows that";
    findings.put(folder.toString(), List.of(new VerificationFinding(Code.NO_CHAIN, 0, what)));
  }

  private static byte[] read(Path base, Path file) throws Unread {
    Path there = base.resolve(file);
    try {
      return Files.size(there) > StrictJson.MOST_BYTES
          ? beginning(there)
          : Files.readAllBytes(there);
    } catch (IOException e) {
      throw new Unread(file, e);
    }
  }

  /** One byte more than is checked tells that there are more. */
  private static byte[] beginning(Path file) throws IOException {
    try (var in = Files.newInputStream(file)) {
      return in.readNBytes(StrictJson.MOST_BYTES + 1);
    }
  }

  /** What is wrong with links of a chain, in their order, before anybody signs it. */
  public static List<VerificationFinding> links(List<?> links) {
    return HeadChainVerification.links(links);
  }

  /** A chain; all but one of several must be earlier states of that one. */
  public void chain(String file, byte[] document) {
    var chain = HeadChainVerification.read(document, trust);
    chains.add(file);
    var found = new ArrayList<>(chain.findings());
    boolean longer = chain.links().size() > longest.size() || longestFile.isEmpty();
    var shorter = longer ? longest : chain.links();
    var other = longer ? chain.links() : longest;
    if (!shorter.equals(other.subList(0, shorter.size()))) {
      found.add(
          new VerificationFinding(
              Code.FORK, shorter.size(), "doesn't go on from, or to, " + longestFile));
    }
    if (longer) {
      longest = chain.links();
      longestFile = file;
      ends.clear();
      longest.forEach(l -> ends.computeIfAbsent(l.execution(), _ -> new ArrayList<>()).add(l));
    }
    findings.put(file, found);
  }

  /** A log, after the chains. */
  public void log(String file, byte[] document) {
    logs++;
    var read = LogVerifier.read(document, trust);
    var found = new ArrayList<>(read.findings());
    String earlier = fileOf.putIfAbsent(read.execution(), file);
    if (earlier != null && !read.execution().isEmpty()) {
      found.add(
          new VerificationFinding(Code.DOUBLED, 0, "is a log of the execution of " + earlier));
    }
    if (!longestFile.isEmpty() && !read.hashes().isEmpty()) {
      found.addAll(against(ends.getOrDefault(read.execution(), List.of()), read.hashes()));
    }
    findings.put(file, found);
  }

  private static List<VerificationFinding> against(List<Link> links, List<String> hashes) {
    var found = new ArrayList<VerificationFinding>();
    for (var link : links) {
      boolean same =
          link.records() <= hashes.size()
              && hashes.get((int) link.records() - 1).equals(link.head());
      if (!same) {
        found.add(
            new VerificationFinding(
                Code.REPLACED, link.records(), "link " + link.number() + " names another end"));
      }
    }
    long chained = links.isEmpty() ? 0 : links.getLast().records();
    if (chained < hashes.size()) {
      found.add(
          new VerificationFinding(
              Code.UNCHAINED, chained + 1, "no link covers it and what follows"));
    }
    return found;
  }

  /** How many logs were checked. */
  public int logs() {
    return logs;
  }

  /** How many links the longest chain has; 0 for none. */
  public int links() {
    return longest.size();
  }

  /** Whether a file is a chain, so that its findings are about links. */
  public boolean isChain(String file) {
    return chains.contains(file);
  }

  /** What is wrong, by file; empty lists where nothing is. */
  public Map<String, List<VerificationFinding>> findings() {
    var out = new LinkedHashMap<>(findings);
    if (!longestFile.isEmpty()) {
      var found = new ArrayList<>(out.getOrDefault(longestFile, List.of()));
      ends.forEach((execution, links) -> {
        if (!fileOf.containsKey(execution)) {
          found.add(
              new VerificationFinding(
                  Code.MISSING, links.getLast().number(), "there is no log of " + execution));
        }
      });
      out.put(longestFile, found);
    }
    return out;
  }
}
