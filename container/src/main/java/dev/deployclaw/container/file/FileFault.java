package dev.deployclaw.container.file;

import dev.deployclaw.container.config.SetupException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Optional;

/** Why a file can't be read or written, in words. */
public final class FileFault {
  private FileFault() {}

  public static String words(Exception e) {
    return switch (e) {
      case UncheckedIOException u ->
          Optional.ofNullable(u.getCause()).map(FileFault::words).orElse("");
      case NoSuchFileException _ -> "there is no such file";
      case AccessDeniedException _ -> "this user may not";
      case FileAlreadyExistsException _ -> "another file is there";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }

  public static SetupException unwritable(Object what, IOException e) {
    return new SetupException(
        "%s can't be written: %s; name one that you can write to".formatted(what, words(e)));
  }
}
