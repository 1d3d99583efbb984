package dev.deployclaw.container.http.exchange;

/** A call that isn't carried out, for a reason that its caller is told. */
public final class RefusedCallException extends RuntimeException {
  private final transient ProblemDetail problem;

  public RefusedCallException(ProblemDetail problem) {
    super(problem.detail());
    this.problem = problem;
  }

  public ProblemDetail problem() {
    return problem;
  }
}
