package dev.deployclaw.audit.folder;

import dev.deployclaw.audit.record.DamagedJournalException;
import dev.deployclaw.audit.record.RecordLines;
import dev.deployclaw.audit.verify.chain.HashChainChecker;
import dev.deployclaw.core.log.LogTakenOverException;
import dev.deployclaw.core.log.RecordSealer.LogHead;
import dev.deployclaw.core.log.RecordSealer.SealedRecord;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The journal file of one execution, open for appending. Locked against other processes during each
 * append, and read again where one of them wrote. For one thread.
 */
public final class RecordFile implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RecordFile.class);

  private final String execution;
  private final FileChannel channel;
  private LogHead head = LogHead.START;
  private long length;
  private byte[] last = new byte[0];

  private RecordFile(String execution, FileChannel channel) {
    this.execution = execution;
    this.channel = channel;
  }

  public static RecordFile open(JournalFolder folder, String execution) throws IOException {
    folder.create(execution);
    var channel =
        FileChannel.open(
            folder.records(execution), StandardOpenOption.READ, StandardOpenOption.WRITE);
    return new RecordFile(execution, channel);
  }

  /** Follows the chain; the first thing that is wrong is thrown. */
  public static LogHead check(String execution, List<byte[]> records) {
    if (records.size() > RecordLines.MOST_RECORDS) {
      throw new DamagedJournalException(
          execution, records.size(), "more records than are read at once");
    }
    var chain = new HashChainChecker(execution);
    for (byte[] bytes : records) {
      chain.next(bytes);
      if (!chain.findings().isEmpty()) {
        var first = chain.findings().getFirst();
        throw new DamagedJournalException(execution, first.seq(), first.what());
      }
    }
    return new LogHead(chain.seq(), chain.head());
  }

  /**
   * Returns when the record is on disk. The record that was appended last may come again.
   *
   * @return the length of the file
   */
  public long append(SealedRecord sealed) throws IOException {
    try (var _ = channel.lock()) {
      if (channel.size() != length || !endsAsKnown()) {
        var _ = load();
      }
      boolean again = sealed.head().equals(head) && Arrays.equals(sealed.bytes(), last);
      if (!again) {
        requireNext(sealed);
        write(sealed);
      }
      return length;
    }
  }

  /** Moves the records after a number into a file of their own, and cuts them off. */
  public void supersede(JournalFolder folder, long after) throws IOException {
    try (var _ = channel.lock()) {
      var records = load();
      if (after < records.size()) {
        int stay = Math.toIntExact(after);
        folder.moveOut(execution, after + 1, records.subList(stay, records.size()));
        channel.truncate(records.subList(0, stay).stream().mapToLong(r -> r.length + 1L).sum());
        channel.force(true);
        var _ = load();
      }
    }
  }

  /**
   * Removes the file if it holds these records and nothing else; nothing is appended to it then.
   */
  public boolean dropIf(JournalFolder folder, List<byte[]> records) throws IOException {
    try (var _ = channel.lock()) {
      boolean same = RecordLines.same(load(), records);
      if (same) {
        folder.drop(execution);
      }
      return same;
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** Reads the file, checks its chain, and cuts off what a crash left unfinished. */
  private List<byte[]> load() throws IOException {
    var lines = RecordLines.read(channel, RecordLines.Span.ALL).withoutTornLast();
    head = check(execution, lines.lines());
    last = lines.lines().isEmpty() ? new byte[0] : lines.lines().getLast();
    length = lines.next();
    if (channel.size() > length) {
      LOG.atWarn()
          .addKeyValue("execution", execution)
          .addKeyValue("bytes", channel.size() - length)
          .log("Cutting off a record that a crash left unfinished");
      channel.truncate(length);
      channel.force(true);
    }
    return lines.lines();
  }

  /** Whether the last line is the one that this process knows: one as long may have replaced it. */
  private boolean endsAsKnown() throws IOException {
    var there = ByteBuffer.allocate(last.length);
    long at = Math.max(0, length - last.length - 1);
    while (there.hasRemaining() && channel.read(there, at + there.position()) > 0) {}
    return Arrays.equals(there.array(), last);
  }

  private void requireNext(SealedRecord sealed) {
    if (sealed.head().seq() <= head.seq()) {
      throw new LogTakenOverException(execution, sealed.head().seq(), head.seq());
    }
    if (sealed.head().seq() != head.seq() + 1) {
      throw new IllegalStateException(
          "%s: record %d can't follow record %d"
              .formatted(execution, sealed.head().seq(), head.seq()));
    }
    if (sealed.bytes().length > RecordLines.MOST_LINE) {
      throw new IllegalStateException(
          execution + ": a record of " + sealed.bytes().length + " bytes");
    }
  }

  private void write(SealedRecord sealed) throws IOException {
    int size = sealed.bytes().length + 1;
    var line = ByteBuffer.allocate(size).put(sealed.bytes()).put((byte) '\n').flip();
    long at = length;
    while (line.hasRemaining()) {
      at += channel.write(line, at);
    }
    channel.force(false);
    length = at;
    head = sealed.head();
    last = sealed.bytes();
  }
}
