package dev.deployclaw.container.mcp;

import dev.deployclaw.container.http.exchange.ProblemDetail;

/** A tool's call that isn't carried out, for a reason that its caller is told. */
final class RefusedToolCallException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient ProblemDetail problem;

  RefusedToolCallException(ProblemDetail problem) {
    super(problem.detail());
    this.problem = problem;
  }

  ProblemDetail problem() {
    return problem;
  }
}
