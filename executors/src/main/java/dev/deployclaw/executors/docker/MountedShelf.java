package dev.deployclaw.executors.docker;

import dev.deployclaw.executors.sandbox.EpochFolder;
import dev.deployclaw.executors.sandbox.Mark;
import java.io.IOException;
import java.util.Optional;

/** A folder of this machine that is bind-mounted into the container. */
record MountedShelf(EpochFolder folder) implements Shelf {
  @Override
  public void write(long epoch, String name, byte[] text) throws IOException {
    folder.write(epoch, name, text);
  }

  @Override
  public Optional<String> switchTo(Mark mark) throws IOException, InterruptedException {
    return folder.switchTo(mark);
  }

  @Override
  public void delete(long epoch) throws IOException {
    folder.delete(epoch);
  }
}
