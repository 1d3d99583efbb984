package dev.deployclaw.lab.guard;

import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.StateStore;
import dev.deployclaw.lab.stop.CallTapDecorator;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import org.apache.commons.lang3.function.Failable;

/** Notes every action of an agent, before it is done, in the file that a system property names. */
public final class ActionNoteDecorator extends CallTapDecorator {
  static final String FILE = "deployclaw.actions";

  public ActionNoteDecorator() {
    super(Optional.ofNullable(System.getProperty(FILE)).map(file -> new Notes(Path.of(file))));
  }

  private record Notes(Path file) implements Tap {
    @Override
    public Runnable before(Invocation call) {
      return noted(ActionFormatter.line(call));
    }

    @Override
    public Runnable before(StateStore.Transaction transaction) {
      return noted(ActionFormatter.line(transaction));
    }

    @Override
    public Runnable beforeCreating(String object) {
      return noted(ActionFormatter.created(object));
    }

    private synchronized Runnable noted(String line) {
      return Failable.get(() -> {
        Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        return () -> {};
      });
    }
  }
}
