package dev.deployclaw.core.language.interpreter;

import dev.deployclaw.core.language.InterpretedRequest;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.RequestInterpreter;
import dev.deployclaw.core.task.TaskRequest;
import java.time.ZoneId;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Remembers the last interpretation, so that a request that is read twice, as a question and then
 * as a change, costs one call of a model. Any thread.
 */
public final class RememberingInterpreter implements RequestInterpreter {
  private final RequestInterpreter interpreter;
  private final AtomicReference<Remembered> last = new AtomicReference<>();

  public RememberingInterpreter(RequestInterpreter interpreter) {
    this.interpreter = interpreter;
  }

  private record Remembered(
      TaskRequest request, NameInventory inventory, InterpretedRequest understood) {}

  @Override
  public InterpretedRequest interpret(TaskRequest request, NameInventory inventory) {
    var known = last.get();
    if (known != null && known.request.equals(request) && known.inventory.equals(inventory)) {
      return known.understood;
    }
    var understood = interpreter.interpret(request, inventory);
    last.set(new Remembered(request, inventory, understood));
    return understood;
  }

  @Override
  public boolean mayAsk(String text) {
    return interpreter.mayAsk(text);
  }

  @Override
  public ZoneId zone() {
    return interpreter.zone();
  }
}
