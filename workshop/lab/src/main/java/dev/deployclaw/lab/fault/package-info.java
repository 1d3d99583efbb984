/** Faults that can be injected into a lab, and their healing. */
@NullMarked
package dev.deployclaw.lab.fault;

import org.jspecify.annotations.NullMarked;
