package dev.deployclaw.container.cli.audit;

import dev.deployclaw.audit.export.LogExport.Format;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The word of an export's format as an option's value; offers all to the shell's completion. */
final class ExportFormatConverter implements ITypeConverter<Format>, Iterable<String> {
  private static final List<String> WORDS =
      Arrays.stream(Format.values()).map(ExportFormatConverter::word).toList();

  static String word(Format format) {
    return format.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public Format convert(String word) {
    return Arrays.stream(Format.values())
        .filter(format -> word(format).equals(word))
        .findFirst()
        .orElseThrow(() ->
            new TypeConversionException(
                "\"" + word + "\" isn't a format; give one of " + String.join(", ", WORDS)));
  }

  @Override
  public Iterator<String> iterator() {
    return WORDS.iterator();
  }
}
