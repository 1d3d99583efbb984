package dev.deployclaw.container.cli.change;

import dev.deployclaw.container.cli.console.CommandEnvironment;
import dev.deployclaw.container.cli.console.JsonOutput;
import dev.deployclaw.container.query.OutcomeDocuments;
import dev.deployclaw.core.service.HeldPlan;

/** Shows what waits for an approval, and what it would change. */
record HeldPlanView(CommandEnvironment around) {
  private static final int MOST_LINES = 200;

  void show(HeldPlan held, boolean json) {
    if (json) {
      around.out().println(JsonOutput.text(OutcomeDocuments.document(held)));
    } else {
      print(held);
    }
  }

  private void print(HeldPlan held) {
    var waiting = held.waiting();
    around.say(waiting.id() + " is held: " + waiting.why());
    around.say("asked by " + waiting.requester());
    around.say(held.changes().isEmpty() ? "what it would change can't be read" : "would change:");
    held.changes().stream().limit(MOST_LINES).forEach(line -> around.say("  " + line));
    int more = held.changes().size() - MOST_LINES;
    if (more > 0) {
      around.say("  and " + more + " more");
    }
    around.say("plan " + waiting.planHash());
  }
}
