package dev.deployclaw.audit.folder;

import dev.deployclaw.core.log.LogClaims;
import dev.deployclaw.policy.json.CanonicalJson;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Claims by locks of the operating system, which die with their process: each log is one byte of a
 * file that has none. The file is opened once and kept open, since closing it would give up all
 * locks of the process. It is a file of its own for the same reason. Any thread.
 *
 * <p>What the disk refuses throws {@link UncheckedIOException}.
 */
public final class FileLockClaims implements LogClaims, AutoCloseable {
  private static final int HEX = 16;
  private static final int DIGITS = 15;
  private static final Set<StandardOpenOption> OPENING =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE);
  private static final FileAttribute<?> MINE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  private final Path file;
  private final Map<String, FileLock> held = new HashMap<>();
  private @Nullable FileChannel channel;

  /**
   * @param file that nothing else of this process opens
   */
  public FileLockClaims(Path file) {
    this.file = file;
  }

  @Override
  public synchronized void claim(String execution) {
    if (!held.containsKey(execution)) {
      lock(execution).ifPresent(lock -> held.put(execution, lock));
    }
  }

  @Override
  public synchronized void release(String execution) {
    var lock = held.remove(execution);
    if (lock != null) {
      release(lock);
    }
  }

  @Override
  public synchronized boolean another(String execution) {
    if (held.containsKey(execution)) {
      return false;
    }
    var free = lock(execution);
    free.ifPresent(FileLockClaims::release);
    return free.isEmpty();
  }

  @Override
  public synchronized void close() {
    held.clear();
    try {
      if (channel != null) {
        channel.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("can't close " + file, e);
    }
  }

  private Optional<FileLock> lock(String execution) {
    try {
      if (channel == null) {
        channel = FileChannel.open(file, OPENING, MINE);
      }
      return Optional.ofNullable(channel.tryLock(place(execution), 1, false));
    } catch (OverlappingFileLockException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new UncheckedIOException("can't lock " + file, e);
    }
  }

  /** Two logs in a place would only wait for each other's writers. */
  private static long place(String execution) {
    String hash = CanonicalJson.sha256(execution);
    return Long.parseLong(hash.substring(0, DIGITS), HEX);
  }

  private static void release(FileLock lock) {
    try {
      lock.release();
    } catch (IOException e) {
      throw new UncheckedIOException("can't release a lock", e);
    }
  }
}
