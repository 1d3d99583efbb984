package dev.deployclaw.core.log;

/**
 * Which logs the processes that share a journal write now, so that none ends a log that another
 * still writes. A claim ends with its process, however that ends. Any thread.
 */
public interface LogClaims {
  /** Of a journal that one process has alone. */
  LogClaims NONE =
      new LogClaims() {
        @Override
        public void claim(String execution) {}

        @Override
        public void release(String execution) {}

        @Override
        public boolean another(String execution) {
          return false;
        }
      };

  /** This process writes it from now on, if no other does. */
  void claim(String execution);

  /** This process writes no more of it. */
  void release(String execution);

  /** Whether another process that lives has claimed it. */
  boolean another(String execution);
}
