/** Policy documents, read from YAML or JSON with every problem at once, and written back. */
@NullMarked
package dev.deployclaw.policy.parse;

import org.jspecify.annotations.NullMarked;
