package dev.deployclaw.core.service;

/**
 * A person's decision on a held execution.
 *
 * @param plan for an approval, the hash that the approver read, or how it begins; empty where none
 *     is quoted
 * @param reason in the person's words; empty where none is given
 */
public record HoldDecision(String execution, String who, String plan, String reason) {}
