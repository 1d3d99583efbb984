/**
 * Puts the committed epoch back where something else is enforced, and keeps repairs that wait for
 * an approval.
 */
@NullMarked
package dev.deployclaw.core.repair;

import org.jspecify.annotations.NullMarked;
