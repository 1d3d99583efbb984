package dev.deployclaw.container.cli;

import java.util.Map;

/** What a back end holds of logs, held against them. */
interface LogsView {
  /** Whether nothing in it contradicts a log. */
  boolean holds();

  /** For JSON documents. */
  Map<String, Object> map();

  /** Lines for people. */
  String text();
}
