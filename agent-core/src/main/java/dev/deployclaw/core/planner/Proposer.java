package dev.deployclaw.core.planner;

/**
 * Somebody who reads a request and isn't trusted: a language model. What it says is a proposal, and
 * is checked by {@link ComparedPlanner}. It sees the request and the names of the inventory, never
 * live text of the estate. Blocks at most its budget; never throws for what a provider does.
 */
@FunctionalInterface
public interface Proposer {
  Proposal propose(String request, Inventory names);
}
