package dev.deployclaw.container.plugin.contract;

/** A plugin did something else than it promises; the message says what. */
final class BrokenPromiseException extends Exception {
  BrokenPromiseException(String seen) {
    super(seen);
  }

  static void unless(boolean kept, String seen) throws BrokenPromiseException {
    if (!kept) {
      throw new BrokenPromiseException(seen);
    }
  }
}
