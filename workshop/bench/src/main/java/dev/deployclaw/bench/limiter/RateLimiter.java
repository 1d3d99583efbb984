package dev.deployclaw.bench.limiter;

import java.util.concurrent.CompletionStage;

/** Decides whether a request of a tenant may pass, without being waited for. */
public interface RateLimiter extends AutoCloseable {
  String title();

  /**
   * Asks for one request, on any thread.
   *
   * @param tenant by number
   * @return completes on any thread, exceptionally where the answer is anything but yes
   */
  CompletionStage<?> ask(int tenant);

  @Override
  void close();
}
