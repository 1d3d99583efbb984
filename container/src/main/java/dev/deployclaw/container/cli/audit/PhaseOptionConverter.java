package dev.deployclaw.container.cli.audit;

import dev.deployclaw.core.log.LogEntry.Phase;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** The word of a phase as an option's value; offers all of them to the shell's completion. */
final class PhaseOptionConverter implements ITypeConverter<Phase>, Iterable<String> {
  private static final List<String> WORDS = Arrays.stream(Phase.values()).map(Phase::word).toList();

  @Override
  public Phase convert(String word) {
    return Arrays.stream(Phase.values())
        .filter(phase -> phase.word().equals(word))
        .findFirst()
        .orElseThrow(() ->
            new TypeConversionException(
                "\"" + word + "\" isn't a phase; give one of " + String.join(", ", WORDS)));
  }

  @Override
  public Iterator<String> iterator() {
    return WORDS.iterator();
  }
}
