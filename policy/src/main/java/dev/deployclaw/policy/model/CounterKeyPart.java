package dev.deployclaw.policy.model;

/**
 * One request attribute that makes separate counters. A limit without key parts has one counter for
 * the whole tenant.
 */
public sealed interface CounterKeyPart {
  /** The client's address as the gateway passed it. */
  record ClientAddress() implements CounterKeyPart {}

  /** A request header, by its lower-case name; an absent header counts as the empty value. */
  record Header(String name) implements CounterKeyPart {}
}
