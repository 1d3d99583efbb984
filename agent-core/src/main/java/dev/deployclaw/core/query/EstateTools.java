package dev.deployclaw.core.query;

import dev.deployclaw.core.language.EstateQuestion;

/**
 * Answers questions about the estate by reading: one tool for each topic. No execution is made, no
 * leadership taken and nothing written, so any number of callers may ask at once.
 */
@FunctionalInterface
public interface EstateTools {
  EstateAnswer answer(EstateQuestion question) throws InterruptedException;
}
