/** Changes that begin at a time: they are stored, started once, and cancelled here. */
@NullMarked
package dev.deployclaw.core.schedule;

import org.jspecify.annotations.NullMarked;
