package dev.deployclaw.lab;

import dev.deployclaw.lab.LabAgent.Ran;
import java.util.Optional;

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
   */
  record Expected(int alone, int served, Optional<String> callerField) {}

  /** Calls the command. */
  @FunctionalInterface
  interface Call {
    Ran in(CommandScene scene) throws Exception;
  }

  static CommandRow agent(String command, int exit, Call call) {
    return new CommandRow(
        command, Place.AGENT, new Expected(exit, exit, Optional.empty()), call);
  }

  static CommandRow here(String command, int exit, Call call) {
    return new CommandRow(command, Place.HERE, new Expected(exit, exit, Optional.empty()), call);
  }

  /** With the field of its answer that names the caller. */
  CommandRow naming(String field) {
    return new CommandRow(
        command, place, new Expected(expected.alone(), expected.served(), Optional.of(field)), call);
  }

  /** With another exit while an agent serves. */
  CommandRow served(int exit) {
    return new CommandRow(
        command, place, new Expected(expected.alone(), exit, expected.callerField()), call);
  }

  @Override
  public String toString() {
    return command;
  }
}
