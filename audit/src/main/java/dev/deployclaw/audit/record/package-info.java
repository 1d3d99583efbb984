/**
 * Records of the execution log: how they are sealed into a hash chain, split into lines, and sent
 * as messages.
 */
@NullMarked
package dev.deployclaw.audit.record;

import org.jspecify.annotations.NullMarked;
