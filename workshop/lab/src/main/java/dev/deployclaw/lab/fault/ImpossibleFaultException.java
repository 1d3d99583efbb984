package dev.deployclaw.lab.fault;

/** A fault that can't be brought about or undone as asked; the message names the remedy. */
public final class ImpossibleFaultException extends Exception {
  public ImpossibleFaultException(String message) {
    super(message);
  }
}
