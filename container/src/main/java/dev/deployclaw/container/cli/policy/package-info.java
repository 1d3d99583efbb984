/** Commands on policy documents: import, adopt, compare, and replay access logs against them. */
@NullMarked
package dev.deployclaw.container.cli.policy;

import org.jspecify.annotations.NullMarked;
