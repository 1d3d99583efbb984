/** Bad things that can be done to a lab, and how they are undone. */
@NullMarked
package dev.deployclaw.lab.fault;

import org.jspecify.annotations.NullMarked;
