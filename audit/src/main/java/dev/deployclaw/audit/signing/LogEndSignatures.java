package dev.deployclaw.audit.signing;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.folder.RecordFile;
import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.core.log.LogOutline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The signed heads of logs that ended, beside them: each is signed once, when the log has ended and
 * was read back. A process that writes a log afterwards, and hashes it again, has no signature for
 * it, and gets none. Any thread.
 *
 * @param required whether a log that ended without one counts as damaged
 */
public record LogEndSignatures(JournalFolder folder, HeadSigner signer, boolean required) {
  public LogEndSignatures(JournalFolder folder, HeadSigner signer) {
    this(folder, signer, false);
  }

  /**
   * Signs a log that ends now, as it is on disk.
   *
   * @throws DamagedJournalException when it doesn't begin with what was signed when it was held
   */
  public void sign(String execution) {
    sign(execution, folder.all(execution));
  }

  /** The same of a log whose last record isn't on disk yet: then no crash leaves it unsigned. */
  public void sign(String execution, byte[] end) {
    sign(execution, with(execution, end));
  }

  /** Whether a log was signed with one more record than it has, and that is this one. */
  public boolean awaits(String execution, byte[] end) {
    try {
      var records = with(execution, end);
      var _ = RecordFile.check(execution, records);
      require(execution, records);
      return read(execution).filter(head -> head.records() == records.size()).isPresent();
    } catch (DamagedJournalException e) {
      return false;
    }
  }

  private List<byte[]> with(String execution, byte[] end) {
    return Stream.concat(folder.all(execution).stream(), Stream.of(end)).toList();
  }

  private void sign(String execution, List<byte[]> records) {
    var _ = RecordFile.check(execution, records);
    require(execution, records);
    var head = SignedLogHead.sign(execution, records, signer);
    folder.keep(SignedLogHead.name(execution), head.bytes());
  }

  /**
   * That a log begins with what was signed when it ended. One that never ended, or ended with an
   * earlier version, begins with anything.
   *
   * @throws DamagedJournalException when it doesn't
   */
  public void require(String execution, List<byte[]> records) {
    var head = read(execution);
    if (head.isEmpty() && required) {
      throw new DamagedJournalException(execution, "the signature of its end is missing");
    }
    head.ifPresent(one -> require(execution, one, one.begins(records)));
  }

  /**
   * Whether what was signed of a log can be compared with its last record: where it goes on behind
   * its signature, it can't.
   *
   * @throws DamagedJournalException when it is compared, and differs
   */
  public boolean covers(String execution, LogOutline log) {
    var head = read(execution);
    if (head.isPresent() && head.get().records() != log.records()) {
      return false;
    }
    head.ifPresent(one -> require(execution, one, one.ends(log.last())));
    return true;
  }

  private void require(String execution, SignedLogHead head, boolean holds) {
    var wrong = head.wrong(signer.trust());
    if (!wrong.isEmpty()) {
      throw new DamagedJournalException(
          execution, SignedLogHead.name(execution) + ": " + String.join("; ", wrong));
    }
    if (!holds) {
      throw new DamagedJournalException(
          execution,
          "it differs from the log of %d records that was signed at its end"
              .formatted(head.records()));
    }
  }

  /** The last records of a log are taken out of it: where its end is one of them, it has none. */
  public void superseded(String execution, long after) {
    if (read(execution).filter(head -> head.records() > after).isPresent()) {
      folder.forget(SignedLogHead.name(execution));
    }
  }

  private Optional<SignedLogHead> read(String execution) {
    try {
      var head = SignedLogHead.read(folder.content(SignedLogHead.name(execution)));
      if (head.isEmpty() || !head.get().execution().equals(execution)) {
        throw new DamagedJournalException(
            execution, SignedLogHead.name(execution) + " isn't a signed head of it");
      }
      return head;
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("can't read " + SignedLogHead.name(execution), e);
    }
  }
}
