/** The rate-limit domain. Pure: no thread, no clock, no network. */
@NullMarked
package dev.deployclaw.policy;

import org.jspecify.annotations.NullMarked;
