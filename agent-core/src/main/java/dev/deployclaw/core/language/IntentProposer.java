package dev.deployclaw.core.language;

import dev.deployclaw.core.language.IntentProposal.Answer;
import dev.deployclaw.core.language.interpreter.CheckedInterpreter;
import java.util.Optional;
import java.util.function.Function;

/**
 * Somebody who reads a request and isn't trusted: a language model. What it says is a proposal, and
 * is checked by {@link CheckedInterpreter}. It sees the request, plain names and figures of the
 * inventory, never live text of the estate. Blocks at most its budget; never throws for what a
 * provider does.
 */
@FunctionalInterface
public interface IntentProposer {
  /**
   * @param fault what is wrong with an answer, in words that go back once; empty where nothing is
   */
  IntentProposal propose(ProposalRequest request, Function<Answer, Optional<String>> fault);
}
