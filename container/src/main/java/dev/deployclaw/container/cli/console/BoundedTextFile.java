package dev.deployclaw.container.cli.console;

import dev.deployclaw.container.config.SetupException;
import dev.deployclaw.container.file.FileFault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** A text file that a person names: UTF-8, and read no further than a bound. */
public final class BoundedTextFile {
  private BoundedTextFile() {}

  /** The file has more bytes than are read. */
  public static final class TooLong extends IOException {
    TooLong(long most) {
      super("the file has more than " + most + " bytes");
    }
  }

  /**
   * @throws TooLong where it has more bytes, however many
   * @throws CharacterCodingException where it isn't UTF-8
   */
  public static String read(Path file, int mostBytes) throws IOException {
    try (var in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(mostBytes + 1);
      if (bytes.length > mostBytes) {
        throw new TooLong(mostBytes);
      }
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    }
  }

  /**
   * The same, for a file without which there is nothing to do.
   *
   * @param name as the person wrote it
   * @param what it is to be, for people
   */
  public static String needed(Path name, Path file, int mostBytes, String what)
      throws SetupException {
    try {
      return read(file, mostBytes);
    } catch (TooLong e) {
      throw new SetupException(name + ": " + e.getMessage() + "; give " + what + ", or split it");
    } catch (CharacterCodingException e) {
      throw new SetupException(name + " isn't UTF-8; give " + what);
    } catch (IOException e) {
      throw new SetupException(name + " can't be read: " + FileFault.words(e) + "; give " + what);
    }
  }
}
