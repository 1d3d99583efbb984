package dev.deployclaw.policy.model;

/**
 * One request attribute that makes separate counters. A limit without key parts has one counter for
 * the whole tenant.
 */
public sealed interface KeyPart {
  /** The client's address as the gateway passed it. */
  record ClientAddress() implements KeyPart {}

  /** A request header, by its lower-case name; an absent header counts as the empty value. */
  record Header(String name) implements KeyPart {}
}
