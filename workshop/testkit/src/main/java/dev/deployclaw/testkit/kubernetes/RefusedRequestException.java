package dev.deployclaw.testkit.kubernetes;

import dev.deployclaw.testkit.kubernetes.ApiServer.Answer;

/** A request ends with a refusal instead of an object. */
final class RefusedRequestException extends Exception {
  private final transient Answer answer;

  RefusedRequestException(Answer answer) {
    super(answer.body());
    this.answer = answer;
  }

  Answer answer() {
    return answer;
  }
}
