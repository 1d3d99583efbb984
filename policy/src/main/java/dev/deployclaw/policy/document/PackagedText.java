package dev.deployclaw.policy.document;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** A text that is packaged with the program. */
public final class PackagedText {
  private PackagedText() {}

  /**
   * Reads it, in UTF-8.
   *
   * @param beside a class of the package that it lies in; an absolute name is taken as it is
   * @throws IllegalStateException where the program was packaged without it
   */
  public static String read(Class<?> beside, String name) {
    try (var in = beside.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("the packaged file " + name + " is missing");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException("can't read the packaged " + name, e);
    }
  }
}
