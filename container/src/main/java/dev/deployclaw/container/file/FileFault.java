package dev.deployclaw.container.file;

import java.io.IOException;
import java.nio.file.NoSuchFileException;

/** Why a file can't be read, in words. */
public final class FileFault {
  private FileFault() {}

  public static String words(IOException e) {
    return e instanceof NoSuchFileException ? "there is no such file" : e.toString();
  }
}
