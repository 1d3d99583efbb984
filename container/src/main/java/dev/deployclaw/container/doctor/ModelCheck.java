package dev.deployclaw.container.doctor;

import dev.deployclaw.core.language.IntentProposal.Answer;
import dev.deployclaw.core.language.IntentProposer;
import dev.deployclaw.core.language.NameInventory;
import dev.deployclaw.core.language.ProposalRequest;
import dev.deployclaw.core.task.TaskRequest;
import dev.deployclaw.policy.PolicySet;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Asks the model one question that needs no names. What comes of it is at most a warning. */
final class ModelCheck {
  private static final String QUESTION = "has anything drifted?";

  private ModelCheck() {}

  static List<Diagnosis> examine(IntentProposer model) {
    var noNames = new NameInventory(new TreeMap<>(), new TreeSet<>(), PolicySet.EMPTY);
    var request = new TaskRequest(QUESTION, "doctor", Instant.EPOCH);
    var asked = new ProposalRequest(request, List.of(), noNames, ZoneOffset.UTC);
    var proposal = model.propose(asked, _ -> Optional.empty());
    var cost = proposal.cost();
    var found = new DiagnosisCollector("model");
    switch (proposal.answer()) {
      case Answer.Intended _, Answer.Queried _, Answer.Asked _, Answer.Declined _ ->
          found.ok(
              "%s answers in the right form, for %d tokens"
                  .formatted(cost.model(), cost.inputTokens() + cost.outputTokens()));
      case Answer.Silent(String reason) ->
          found.warning(
              cost.model() + " gives no usable answer: " + reason,
              "check model.url, model.name and model.apiKeyFile; until then the "
                  + "built-in rules work alone");
    }
    return found.all();
  }
}
