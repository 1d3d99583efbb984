package dev.deployclaw.audit.signing;

import dev.deployclaw.audit.folder.JournalFolder;
import dev.deployclaw.audit.verify.chain.TrustedKeys;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Checks the signature that a log got when it ended, against the records that are there now. Signs
 * nothing: a log without such a signature stays without one. Any thread.
 */
public record LogEndVerifier(JournalFolder folder, TrustedKeys trust) {
  /**
   * @param keys that are trusted, as {@code audit key} prints them; none: the key of this state
   *     folder, and those that it had before a rotation
   */
  public static LogEndVerifier of(Path stateDir, Set<String> keys) {
    return of(stateDir, keys, stateDir);
  }

  /**
   * The same, of logs elsewhere.
   *
   * @param below where they lie
   */
  public static LogEndVerifier of(Path stateDir, Set<String> keys, Path below) {
    var trust =
        keys.isEmpty()
            ? HeadSigner.find(stateDir).map(HeadSigner::trust).orElse(TrustedKeys.NONE)
            : new TrustedKeys(keys);
    return new LogEndVerifier(JournalFolder.in(below), trust);
  }

  /** What the signature is worth. */
  public sealed interface EndSignature {
    /**
     * It covers all records, and leads back to a trusted key.
     *
     * @param key that signed
     */
    record Valid(String key) implements EndSignature {}

    /** It is missing, wrong, or covers other records. */
    record Invalid(String reason) implements EndSignature {}
  }

  /**
   * @param records all of the log, as they were read back
   */
  public EndSignature verify(String execution, List<byte[]> records) {
    if (trust.keys().isEmpty()) {
      return new EndSignature.Invalid(
          "no key is trusted: this machine has none, and --key is unset");
    }
    try {
      return head(execution)
          .map(head -> verify(head, execution, records))
          .orElseGet(() -> new EndSignature.Invalid("the signature of its end is missing"));
    } catch (IOException e) {
      return new EndSignature.Invalid("the signature of its end can't be read: " + e);
    }
  }

  /**
   * What contradicts a log that doesn't end with its end: a signature of an end that isn't there.
   * One that was held, and goes on, begins with what was signed.
   *
   * @param records none where the log is empty
   */
  public Optional<String> contradiction(String execution, List<byte[]> records) {
    try {
      return head(execution)
          .filter(head -> !head.begins(records))
          .map(head ->
              "it was signed with %d records, and they aren't there".formatted(head.records()));
    } catch (IOException e) {
      return Optional.of("the signature of its end can't be read: " + e);
    }
  }

  /** Where a log ended, as a trusted key signed it; empty where that isn't known. */
  public Optional<LogHead> end(String execution) {
    try {
      return head(execution)
          .filter(head -> head.execution().equals(execution) && head.wrong(trust).isEmpty())
          .map(SignedLogHead::end);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  private EndSignature verify(SignedLogHead head, String execution, List<byte[]> records) {
    var wrong = head.wrong(trust);
    if (!head.execution().equals(execution)) {
      return new EndSignature.Invalid("the signature is of another log, " + head.execution());
    }
    if (!wrong.isEmpty()) {
      return new EndSignature.Invalid(String.join("; ", wrong));
    }
    if (!head.begins(records)) {
      return new EndSignature.Invalid("the signature covers other records");
    }
    if (head.records() != records.size()) {
      return new EndSignature.Invalid(
          "the signature covers the first %d of %d records"
              .formatted(head.records(), records.size()));
    }
    return new EndSignature.Valid(String.valueOf(head.seal().get("key")));
  }

  /** Beside the log, or in the note that says where the bucket has it. */
  private Optional<SignedLogHead> head(String execution) throws IOException {
    try {
      var read = SignedLogHead.read(folder.content(SignedLogHead.name(execution)));
      if (read.isEmpty()) {
        throw new IOException(SignedLogHead.name(execution) + " holds no signed head");
      }
      return read;
    } catch (NoSuchFileException e) {
      return LocalArchiveMarker.of(folder, execution).map(marker -> marker.head().head());
    }
  }
}
