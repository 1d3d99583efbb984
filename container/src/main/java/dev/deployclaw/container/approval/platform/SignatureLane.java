package dev.deployclaw.container.approval.platform;

import java.util.concurrent.locks.ReentrantLock;

/**
 * Where a channel's signatures are checked one after another: however many strangers call, they
 * take one processor at most. Any thread.
 */
final class SignatureLane {
  final ReentrantLock turn = new ReentrantLock(true);

  /** Waits for its turn; who has it goes on. */
  void enter() {
    if (!turn.isHeldByCurrentThread()) {
      turn.lock();
    }
  }

  /** Gives the turn back; who has none goes on. */
  void leave() {
    if (turn.isHeldByCurrentThread()) {
      turn.unlock();
    }
  }
}
