package dev.deployclaw.core.language;

import dev.deployclaw.core.language.interpreter.CheckedInterpreter;

/**
 * Somebody who reads a request and isn't trusted: a language model. What it says is a proposal, and
 * is checked by {@link CheckedInterpreter}. It sees the request and the names of the inventory,
 * never live text of the estate. Blocks at most its budget; never throws for what a provider does.
 */
@FunctionalInterface
public interface IntentProposer {
  IntentProposal propose(String request, NameInventory names);
}
