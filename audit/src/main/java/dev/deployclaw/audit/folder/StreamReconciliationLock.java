package dev.deployclaw.audit.folder;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Held by the one process of a state folder that compares the stream with its logs, or lets one of
 * them go. Within a process one thread at a time asks: closing it gives up the lock of all.
 */
public record StreamReconciliationLock(FileChannel channel, @Nullable FileLock lock)
    implements AutoCloseable {
  /** Doesn't wait. */
  public static StreamReconciliationLock take(JournalFolder folder) throws IOException {
    var channel =
        FileChannel.open(folder.repairing(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    try {
      return new StreamReconciliationLock(channel, channel.tryLock());
    } catch (OverlappingFileLockException e) {
      return new StreamReconciliationLock(channel, null);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Not, where somebody else has it. */
  public boolean held() {
    return lock != null;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
