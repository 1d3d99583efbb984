/** The keys of the state store, and the small JSON records that lie under them. */
@NullMarked
package dev.deployclaw.core.store;

import org.jspecify.annotations.NullMarked;
