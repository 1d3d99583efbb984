/** Verification of bearer tokens: keys, rules, and fair turns for the costly checks. */
@NullMarked
package dev.deployclaw.ratelimit.token;

import org.jspecify.annotations.NullMarked;
