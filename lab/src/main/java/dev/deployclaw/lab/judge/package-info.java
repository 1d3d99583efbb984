/**
 * Reads what stands in an estate and judges it. It shares nothing with the agent: it needs the JDK
 * alone, speaks each server's own protocol, and believes no log. {@code JudgeTest} holds that.
 */
@NullMarked
package dev.deployclaw.lab.judge;

import org.jspecify.annotations.NullMarked;
