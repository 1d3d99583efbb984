package dev.deployclaw.core.fake;

import dev.deployclaw.core.log.Journal;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers which logs of a journal were read as a whole. */
public final class CountingJournal {
  private final List<String> read = new CopyOnWriteArrayList<>();

  /** The same journal; what it reads is remembered. */
  public Journal of(Journal journal) {
    return (Journal)
        Proxy.newProxyInstance(
            Journal.class.getClassLoader(),
            new Class<?>[] {Journal.class},
            (_, method, words) -> {
              if (method.getName().equals("read") && words[0] instanceof String execution) {
                read.add(execution);
              }
              try {
                return method.invoke(journal, words);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }

  /** The executions whose logs were read since the last time. */
  public List<String> reads() {
    var all = List.copyOf(read);
    read.removeAll(all);
    return all;
  }
}
