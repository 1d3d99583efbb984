/** Opens plugin jars that the operator admitted by their hash. */
@NullMarked
package dev.deployclaw.skills.admission;

import org.jspecify.annotations.NullMarked;
