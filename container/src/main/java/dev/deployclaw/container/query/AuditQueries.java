package dev.deployclaw.container.query;

import dev.deployclaw.audit.export.LogSearch;
import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.signin.SignInJournal;
import dev.deployclaw.audit.signin.SignInReader;
import dev.deployclaw.audit.signin.SignInSearch;
import dev.deployclaw.audit.signing.HeadChainDocument;
import dev.deployclaw.audit.signing.HeadSigner;
import dev.deployclaw.audit.signing.LogBundle;
import dev.deployclaw.audit.signing.LogEndVerifier;
import dev.deployclaw.audit.verify.BundleVerifier;
import dev.deployclaw.audit.verify.chain.TrustedKeys;
import dev.deployclaw.audit.verify.chain.VerificationFinding;
import dev.deployclaw.audit.verify.chain.VerificationFinding.Code;
import dev.deployclaw.core.call.AgentPorts;
import dev.deployclaw.core.journal.chain.ChainReader;
import dev.deployclaw.core.log.Journal;
import dev.deployclaw.core.spi.ObjectStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/**
 * Verifies this machine's logs and the chain of all executions whenever it is asked, and packs
 * both. One page is verified at a time, and what reads everything runs once at a time. A call that
 * waits too long for its turn ends with {@link BusyException}. Any thread.
 */
public final class AuditQueries {
  /** Of a packed bundle: it is made in memory. */
  public static final int MOST_BUNDLE_BYTES = 32 << 20;

  private static final int MOST_FINDINGS = 20;
  private static final int LONGEST_WAIT_SECONDS = 5;

  private final Journal journal;
  private final ChainReader chain;
  private final HeadSigner signer;
  private final LogSearch logs;
  private final ObjectStore objects;
  private final Path stateDir;
  private final ReentrantLock pages = new ReentrantLock();
  private final ReentrantLock lock = new ReentrantLock();

  /**
   * @param stateDir where the signatures of logs are
   */
  public AuditQueries(AgentPorts ports, HeadSigner signer, Path stateDir) {
    this.journal = ports.journal();
    this.chain = new ChainReader(ports);
    this.signer = signer;
    this.logs = new LogSearch(journal, LogEndVerifier.of(stateDir, Set.of()));
    this.objects = ports.objects();
    this.stateDir = stateDir;
  }

  /** A page of logs, each verified now. */
  public Map<String, Object> logs(LogSearch.Query query) throws InterruptedException {
    var page = page(query);
    var out = new LinkedHashMap<String, Object>();
    out.put("logs", page.logs());
    out.put("read", page.read());
    out.put("key", signer.publicKey());
    page.next().ifPresent(next -> out.put("next", next));
    return out;
  }

  private LogSearch.Page page(LogSearch.Query query) throws InterruptedException {
    enter(pages);
    try {
      return logs.find(query);
    } finally {
      pages.unlock();
    }
  }

  /** Whether there is such a log of sign-ins. */
  public boolean knowsSignIns(String log) {
    return JournalFolder.in(SignInJournal.folder(stateDir)).known().contains(log);
  }

  /** A page of sign-ins; each log of them is verified now. */
  public Map<String, Object> signIns(SignInSearch.Query query) throws InterruptedException {
    enter(pages);
    try {
      var page =
          SignInReader.open(stateDir, Set.of(), objects)
              .map(reader -> SignInSearch.page(reader, query))
              .orElse(SignInSearch.Page.NONE);
      var out = new LinkedHashMap<String, Object>();
      out.put("events", page.events());
      out.put("logs", page.logs());
      page.next().ifPresent(next -> out.put("next", next.toString()));
      return out;
    } finally {
      pages.unlock();
    }
  }

  /**
   * The chain of the ends of all executions, verified now.
   *
   * @throws dev.deployclaw.core.spi.StateStore.Unreachable when it can't be read
   */
  public Map<String, Object> chain() throws InterruptedException {
    enter(lock);
    try {
      var document = HeadChainDocument.of(chain.stored(), signer);
      var verifier = new BundleVerifier(new TrustedKeys(Set.of(signer.publicKey())));
      verifier.chain(BundleVerifier.CHAIN, document.text().getBytes(StandardCharsets.UTF_8));
      var findings =
          verifier.findings().getOrDefault(BundleVerifier.CHAIN, List.of()).stream()
              .filter(f -> f.code() != Code.MISSING) // no logs were given
              .toList();
      var known = new HashSet<>(journal.known());
      var named = document.executions();
      var out = new LinkedHashMap<String, Object>();
      out.put("verdict", findings.isEmpty() ? "verified" : "failed");
      out.put("links", verifier.links());
      out.put("here", named.stream().filter(known::contains).count());
      out.put("elsewhere", named.stream().filter(id -> !known.contains(id)).count());
      out.put("key", signer.publicKey());
      out.put("findings", findings.stream().limit(MOST_FINDINGS).map(AuditQueries::words).toList());
      return out;
    } finally {
      lock.unlock();
    }
  }

  private static String words(VerificationFinding finding) {
    return (finding.seq() == 0 ? "" : "link " + finding.seq() + " ")
        + finding.word()
        + ": "
        + finding.what();
  }

  private static void enter(ReentrantLock turn) throws InterruptedException {
    if (!turn.tryLock(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
      throw new BusyException();
    }
  }

  /** Logs are being verified or packed for others. */
  public static final class BusyException extends RuntimeException {
    BusyException() {
      super("logs are being verified or packed for others");
    }
  }

  /** More than is packed in memory. */
  public static final class TooLargeException extends IOException {
    TooLargeException() {
      super("the bundle has more than " + (MOST_BUNDLE_BYTES >> 20) + " MB");
    }
  }

  /**
   * The logs and their chain, packed as ZIP; empty where executions keep ending.
   *
   * @param unwanted whether the work can end early, with an {@link IOException}
   * @throws TooLargeException when it is too large for an answer
   * @throws dev.deployclaw.core.spi.StateStore.Unreachable when the chain can't be read
   */
  public Optional<byte[]> bundle(BooleanSupplier unwanted)
      throws IOException, InterruptedException {
    enter(lock);
    try {
      var archive = new Archive(unwanted);
      return new LogBundle(journal, chain, signer).write(archive).isPresent()
          ? Optional.of(archive.finished())
          : Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  private static final class Archive implements LogBundle.Target {
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final BooleanSupplier unwanted;
    private ZipOutputStream zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8);

    Archive(BooleanSupplier unwanted) {
      this.unwanted = unwanted;
    }

    @Override
    public void begin() {
      bytes.reset();
      zip = new ZipOutputStream(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public void put(String file, String document) throws IOException {
      if (unwanted.getAsBoolean()) {
        throw new IOException("the caller is gone");
      }
      zip.putNextEntry(new ZipEntry(file));
      zip.write(document.getBytes(StandardCharsets.UTF_8));
      zip.closeEntry();
      if (bytes.size() > MOST_BUNDLE_BYTES) {
        throw new TooLargeException();
      }
    }

    byte[] finished() throws IOException {
      zip.close();
      return bytes.toByteArray();
    }
  }
}
