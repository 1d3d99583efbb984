package dev.deployclaw.core.log;

/**
 * Records that were taken out of a log, since another machine went on without them and gave their
 * numbers out again.
 *
 * @param execution whose log it was
 * @param from the number of the first of them
 * @param file what they are kept in, beside the log
 */
public record SupersededRecords(String execution, long from, String file) {}
