package dev.deployclaw.executors.docker;

import dev.deployclaw.executors.member.FenceMark;
import dev.deployclaw.executors.nginx.EpochFolder;
import java.io.IOException;
import java.util.Optional;

/**
 * Changes what is in a gateway's folder: {@code epochs/<E>/nginx.conf} for each epoch that is kept,
 * the link {@code live} to the one that is read, and {@code fence} beside it. Every verb can be
 * repeated.
 */
sealed interface GatewayFolder permits MountedGatewayFolder, ArchiveGatewayFolder {
  String FILE = EpochFolder.FILE;
  String WORKERS = EpochFolder.WORKERS;
  String FENCE = EpochFolder.FENCE;

  /** Returns when the file stands under its name in the epoch's folder. */
  void write(long epoch, String name, byte[] text) throws IOException;

  /**
   * Compares the fence with the mark, and in one step that nobody can come between sets it and
   * makes {@code live} point to the mark's epoch.
   *
   * @return why not, where somebody later was here; then nothing was changed
   */
  Optional<String> switchTo(FenceMark mark) throws IOException, InterruptedException;

  /** Removes an epoch that isn't live. */
  void delete(long epoch) throws IOException;
}
