package dev.deployclaw.container.approval.platform;

/** Where a browser shows an execution. It approves nothing: scanners of mails follow links. */
final class ConsoleLink {
  private ConsoleLink() {}

  /**
   * @param console the agent's address
   */
  static String of(String console, String execution) {
    return console.replaceFirst("/+$", "") + "/console/executions/" + execution;
  }
}
