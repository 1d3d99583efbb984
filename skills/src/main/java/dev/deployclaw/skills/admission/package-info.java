/** Plugin jars: admitted by hash, loaded apart, and asked only what the operator admits. */
@NullMarked
package dev.deployclaw.skills.admission;

import org.jspecify.annotations.NullMarked;
