/**
 * The signing key and what is signed with it: heads of finished logs, the exported document and
 * chain, and the copy in the bucket.
 */
@NullMarked
package dev.deployclaw.audit.signing;

import org.jspecify.annotations.NullMarked;
