package dev.deployclaw.lab.guard;

import dev.deployclaw.container.wiring.PortDecorator;
import dev.deployclaw.core.spi.BackendExecutor;
import dev.deployclaw.core.spi.CallOutcome;
import dev.deployclaw.core.spi.Invocation;
import dev.deployclaw.core.spi.ObjectStore;
import dev.deployclaw.core.spi.StateStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Notes every action of an agent, before it is done, in the file that a system property names. */
public final class ActionNoteDecorator implements PortDecorator {
  static final String FILE = "deployclaw.actions";

  private final Optional<Notes> notes =
      Optional.ofNullable(System.getProperty(FILE)).map(file -> new Notes(Path.of(file)));

  @Override
  public BackendExecutor around(BackendExecutor executor) {
    return notes.<BackendExecutor>map(n -> new NotedExecutor(executor, n)).orElse(executor);
  }

  @Override
  public ObjectStore around(ObjectStore objects) {
    return notes.<ObjectStore>map(n -> new NotedObjects(objects, n)).orElse(objects);
  }

  @Override
  public StateStore around(StateStore state) {
    return notes.<StateStore>map(n -> new NotedState(state, n)).orElse(state);
  }

  private record Notes(Path file) {
    synchronized void add(String line) {
      try {
        Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private record NotedExecutor(BackendExecutor executor, Notes notes) implements BackendExecutor {
    @Override
    public String name() {
      return executor.name();
    }

    @Override
    public Set<String> verbs() {
      return executor.verbs();
    }

    @Override
    public CallOutcome execute(Invocation call) throws InterruptedException {
      notes.add(ActionFormatter.line(call));
      return executor.execute(call);
    }
  }

  private record NotedObjects(ObjectStore objects, Notes notes) implements ObjectStore {
    @Override
    public Put create(String name, byte[] bytes) throws InterruptedException {
      notes.add(ActionFormatter.created(name));
      return objects.create(name, bytes);
    }

    @Override
    public Get read(String name) throws InterruptedException {
      return objects.read(name);
    }

    @Override
    public boolean keep(String name, byte[] bytes) {
      return objects.keep(name, bytes);
    }

    @Override
    public int settle() throws InterruptedException {
      return objects.settle();
    }

    @Override
    public String locate(String name) {
      return objects.locate(name);
    }

    @Override
    public void close() {
      objects.close();
    }
  }

  private record NotedState(StateStore state, Notes notes) implements StateStore {
    @Override
    public Optional<Entry> get(String key) throws InterruptedException {
      return state.get(key);
    }

    @Override
    public List<Entry> get(List<String> keys) throws InterruptedException {
      return state.get(keys);
    }

    @Override
    public List<Entry> list(String prefix) throws InterruptedException {
      return state.list(prefix);
    }

    @Override
    public List<String> keys(String prefix) throws InterruptedException {
      return state.keys(prefix);
    }

    @Override
    public Result transact(Transaction transaction) throws InterruptedException {
      notes.add(ActionFormatter.line(transaction));
      return state.transact(transaction);
    }

    @Override
    public Optional<Leadership> stand(String name, Duration lease) throws InterruptedException {
      return state.stand(name, lease);
    }

    @Override
    public void close() {
      state.close();
    }
  }
}
