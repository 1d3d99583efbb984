/**
 * The hash chain of records: schema, signatures, trusted keys, and the findings of a verification.
 */
@NullMarked
package dev.deployclaw.audit.verify.chain;

import org.jspecify.annotations.NullMarked;
