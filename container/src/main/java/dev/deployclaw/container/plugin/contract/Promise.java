package dev.deployclaw.container.plugin.contract;

/**
 * One promise and how it is tried.
 *
 * @param name a few words in a row, joined by hyphens
 * @param text what is promised
 * @param acts whether only a participant promises it
 */
record Promise(String name, String text, boolean acts, Trial<TestedPlugin> trial) {
  /**
   * Tries it. Leaves a plugin that answers, or one that is started again.
   *
   * @param <T> what is called
   */
  @FunctionalInterface
  interface Trial<T> {
    void on(T called)
        throws BrokenPromiseException, TestedProcess.StartFailedException, InterruptedException;
  }

  /** Of every plugin. */
  static Promise of(String name, String text, Trial<TestedPlugin> trial) {
    return new Promise(name, text, false, trial);
  }

  /** Of a participant. */
  static Promise acting(String name, String text, Trial<ParticipantCalls> trial) {
    return new Promise(name, text, true, plugin -> trial.on(new ParticipantCalls(plugin)));
  }
}
