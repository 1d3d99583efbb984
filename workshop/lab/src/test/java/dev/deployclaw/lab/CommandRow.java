package dev.deployclaw.lab;

import dev.deployclaw.lab.LabAgent.Ran;
import java.util.Optional;
import java.util.Set;

/**
 * A command, to be called alone and while an agent serves.
 *
 * @param command as the help names it, for example {@code audit sign-ins}
 * @param place who carries it out while an agent serves
 * @param expected how it ends
 * @param call what has to be there before, and what is typed
 */
record CommandRow(String command, Place place, Expected expected, Call call) {

  /** Where a command is carried out while an agent serves. */
  enum Place {
    /** In the agent, which the socket leads to. */
    AGENT,
    /** In its own process: the socket isn't asked. */
    HERE
  }

  /**
   * How it ends.
   *
   * @param alone the exit without an agent
   * @param served the exit while one serves
   * @param callerField the field of its answer that names who called it; empty where the answer
   *     names no one
   * @param servedFields those that its answer has only while an agent serves, or did
   */
  record Expected(int alone, int served, Optional<String> callerField, Set<String> servedFields) {
    static Expected exit(int both) {
      return new Expected(both, both, Optional.empty(), Set.of());
    }
  }

  /** Calls the command. */
  @FunctionalInterface
  interface Call {
    Ran in(CommandScene scene) throws Exception;
  }

  static CommandRow agent(String command, int exit, Call call) {
    return new CommandRow(command, Place.AGENT, Expected.exit(exit), call);
  }

  static CommandRow here(String command, int exit, Call call) {
    return new CommandRow(command, Place.HERE, Expected.exit(exit), call);
  }

  /** With the field of its answer that names the caller. */
  CommandRow naming(String field) {
    var named = Optional.of(field);
    return with(new Expected(expected.alone(), expected.served(), named, expected.servedFields()));
  }

  /** With another exit while an agent serves. */
  CommandRow served(int exit) {
    return with(
        new Expected(expected.alone(), exit, expected.callerField(), expected.servedFields()));
  }

  /** With more fields of its answer while an agent serves. */
  CommandRow telling(String... fields) {
    return with(
        new Expected(expected.alone(), expected.served(), expected.callerField(), Set.of(fields)));
  }

  private CommandRow with(Expected other) {
    return new CommandRow(command, place, other, call);
  }

  @Override
  public String toString() {
    return command;
  }
}
