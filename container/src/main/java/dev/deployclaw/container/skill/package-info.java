/**
 * Which skill serves which operation: locations, pins, the operator's policy and admitted plugins.
 */
@NullMarked
package dev.deployclaw.container.skill;

import org.jspecify.annotations.NullMarked;
