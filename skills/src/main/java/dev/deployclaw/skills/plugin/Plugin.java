package dev.deployclaw.skills.plugin;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * Adds operations that a skill's steps can name; found in a jar by {@link java.util.ServiceLoader}.
 * The jar is loaded only where the operator admits it by its hash, and of its operations only those
 * run that the operator admits by name.
 */
public interface Plugin {
  /**
   * Whose operations these are: a DNS label that no other executor has. Operation {@code incidents}
   * of {@code statuspage} stands in skills as {@code statuspage.incidents}.
   */
  String name();

  /**
   * What there is to ask, by verb, each with what it does. This may be more than the operator says,
   * and then counts; less is refused.
   */
  Map<String, Effect> operations();

  /**
   * Looks, and changes nothing. Called from several threads, each a virtual one.
   *
   * @param verb one of {@link #operations}
   * @param within after which the thread is interrupted
   * @return one for each thing that was looked at
   * @throws Exception where nothing could be seen at all
   */
  List<Sight> look(String verb, Duration within) throws Exception;
}
