package dev.deployclaw.core.task;

import java.time.Instant;

/**
 * What someone asked.
 *
 * @param text the request in plain language, as typed
 * @param requester who asked: the operating system's user on the command line
 */
public record TaskRequest(String text, String requester, Instant received) {}
